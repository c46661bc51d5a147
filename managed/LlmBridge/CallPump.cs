using System.Collections.Concurrent;
using LlmBridge.Interop;

namespace LlmBridge;

/// <summary>The one thread of a client that waits for news of its calls and wakes whoever awaits them. It starts with
/// the first call that is not answered at once, and ends with the client.</summary>
internal sealed class CallPump(BridgeHandle bridge)
{
    private const int TokensAtOnce = 64;
    private const int StackBytes = 256 * 1024;
    private const int SpareWaitersMax = 32;

    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, CallWaiter> _waiters = [];
    private readonly ConcurrentBag<CallWaiter> _spare = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Thread? _thread;
    private bool _stopping;
    private Exception? _failure;
    private ulong _lastToken;

    /// <summary>Completes when a read of the call would return something; also when the caller cancels or the pump is
    /// stopped, after which the call must be closed and not read.</summary>
    public ValueTask WaitAsync(CallHandle call, CancellationToken cancellationToken)
    {
        if (!_spare.TryTake(out CallWaiter? waiter)) waiter = new CallWaiter(this);
        return waiter.WaitAsync(Interlocked.Increment(ref _lastToken), call, cancellationToken);
    }

    /// <summary>Ends the thread and every wait. Later waits end at once.</summary>
    public Task StopAsync()
    {
        bool running;
        lock (_lock)
        {
            _stopping = true;
            running = _thread != null;
        }
        if (!running) _ended.TrySetResult();
        else if (!_ended.Task.IsCompleted) NativeBridge.PumpWake(bridge);
        return _ended.Task;
    }

    internal bool TryAdd(CallWaiter waiter)
    {
        lock (_lock)
        {
            if (_failure != null) throw new InvalidOperationException("the client's pump has failed", _failure);
            if (_stopping) return false;
            _waiters.Add(waiter.Token, waiter);
            if (_thread == null)
            {
                _thread = new Thread(Run, StackBytes) { IsBackground = true, Name = "llmbridge pump" };
                _thread.UnsafeStart();
            }
            return true;
        }
    }

    internal void Remove(CallWaiter waiter)
    {
        lock (_lock) _waiters.Remove(waiter.Token);
    }

    internal void Return(CallWaiter waiter)
    {
        if (_spare.Count < SpareWaitersMax) _spare.Add(waiter);
    }

    private void Run()
    {
        try
        {
            Span<ulong> tokens = stackalloc ulong[TokensAtOnce];
            while (!Stopping())
            {
                int count = NativeBridge.PumpWait(bridge, tokens, NativeClock.Never);
                foreach (ulong token in tokens[..count]) Find(token)?.Signal();
            }
        }
        catch (Exception e) when (e is ILlmFailure or ObjectDisposedException)
        {
            lock (_lock) _failure = e;
        }
        EndWaits();
        _ended.TrySetResult();
    }

    private bool Stopping()
    {
        lock (_lock) return _stopping;
    }

    private CallWaiter? Find(ulong token)
    {
        lock (_lock) return _waiters.GetValueOrDefault(token);
    }

    private void EndWaits()
    {
        CallWaiter[] waiters;
        lock (_lock)
        {
            _stopping = true;
            waiters = [.. _waiters.Values];
        }
        foreach (CallWaiter waiter in waiters)
        {
            if (_failure is { } failure) waiter.Fail(failure);
            else waiter.Signal();
        }
    }
}
