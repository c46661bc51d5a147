using System.Threading.Tasks.Sources;
using LlmBridge.Interop;

namespace LlmBridge;

/// <summary>One wait for one call, as a reusable task. Ended exactly once, by the pump: also a cancelled call is one
/// that the library reports.</summary>
internal sealed class CallWaiter(CallPump pump) : IValueTaskSource, IThreadPoolWorkItem
{
    private ManualResetValueTaskSourceCore<bool> _core;
    private CancellationTokenRegistration _registration;
    private CallHandle? _call;
    private ICallReader? _reader;
    private Exception? _failure;

    /// <summary>What the pump calls this wait; never used twice, so a late report finds nobody.</summary>
    public ulong Token { get; private set; }

    public ValueTask WaitAsync(ulong token, CallHandle call, ICallReader? reader, CancellationToken cancellationToken)
    {
        _core.Reset();
        _call = call;
        _reader = reader;
        Token = token;
        try
        {
            if (pump.TryAdd(this))
            {
                // Before the watch, which then sees that the call was cancelled.
                _registration = cancellationToken.UnsafeRegister(
                    static waiter => NativeCall.Cancel(((CallWaiter)waiter!)._call!), this);
                NativeCall.Watch(call, token);
            }
            else
            {
                _core.SetResult(true);
            }
        }
        catch
        {
            pump.Remove(this);
            Release();
            throw;
        }
        return new ValueTask(this, _core.Version);
    }

    /// <summary>There is news of the call; true when that ends the wait. On the pump's thread.</summary>
    public bool TakeNews()
    {
        if (_reader is null || _reader.TakeWhatIsThere(_call!)) return true;
        NativeCall.Watch(_call!, Token);
        return false;
    }

    /// <summary>Ends the wait. What follows is an application's code, which must never run on the pump's
    /// thread.</summary>
    public void End(Exception? failure)
    {
        _failure = failure;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        if (_failure is { } failure) _core.SetException(failure);
        else _core.SetResult(true);
    }

    void IValueTaskSource.GetResult(short token)
    {
        try
        {
            _core.GetResult(token);
        }
        finally
        {
            Release();
            pump.Return(this);
        }
    }

    private void Release()
    {
        // Waits for a cancellation that runs now: the owner closes the call after this.
        _registration.Dispose();
        _registration = default;
        _call = null;
        _reader = null;
        _failure = null;
        _core.Reset(); // it would keep whoever awaited this alive, and with the awaiter its client
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
