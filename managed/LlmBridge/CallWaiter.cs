using System.Threading.Tasks.Sources;
using LlmBridge.Interop;

namespace LlmBridge;

/// <summary>One wait for one call, as a reusable task. Ended exactly once: by the pump's report, by cancellation, or by
/// the end of the pump.</summary>
internal sealed class CallWaiter(CallPump pump) : IValueTaskSource
{
    // The continuation is an application's code; it must never run on the pump's thread.
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private CallHandle? _call;
    private int _armed;

    /// <summary>What the pump calls this wait; never used twice, so a late report finds nobody.</summary>
    public ulong Token { get; private set; }

    public ValueTask WaitAsync(ulong token, CallHandle call, CancellationToken cancellationToken)
    {
        _core.Reset();
        _call = call;
        Token = token;
        Volatile.Write(ref _armed, 1);
        try
        {
            if (!pump.TryAdd(this))
            {
                Signal();
            }
            else
            {
                // Before the watch, so that a token cancelled already never leaves a watch behind that nobody awaits.
                _registration = cancellationToken.UnsafeRegister(static waiter => ((CallWaiter)waiter!).Cancel(), this);
                if (Volatile.Read(ref _armed) == 1) NativeCall.Watch(call, token);
            }
        }
        catch
        {
            Release();
            throw;
        }
        return new ValueTask(this, _core.Version);
    }

    public void Signal()
    {
        if (Interlocked.Exchange(ref _armed, 0) == 1) _core.SetResult(true);
    }

    public void Fail(Exception failure)
    {
        if (Interlocked.Exchange(ref _armed, 0) == 1) _core.SetException(failure);
    }

    private void Cancel()
    {
        // The owner closes the call only after GetResult below has waited for this callback to return.
        NativeCall.Cancel(_call!);
        Signal();
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
        _registration.Dispose();
        _registration = default;
        pump.Remove(this);
        _call = null;
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
