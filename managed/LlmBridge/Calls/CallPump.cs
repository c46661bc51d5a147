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
    private readonly Spares<CallWaiter> _spares = new(SpareWaitersMax);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Thread? _thread;
    private bool _stopping;
    private bool _abandoned;
    private Exception? _failure;
    private ulong _lastToken;

    /// <summary>Completes when a read of the call would return something; also when the pump is stopped, after which
    /// the call must be closed and not read. Cancelling the token cancels the call.</summary>
    /// <param name="reader">Takes what comes meanwhile, and says what is worth an end of the wait; null if anything
    /// is.</param>
    public ValueTask WaitAsync(CallHandle call, ICallReader? reader, CancellationToken cancellationToken)
    {
        CallWaiter waiter = _spares.TryTake() ?? new CallWaiter(this);
        return waiter.WaitAsync(Interlocked.Increment(ref _lastToken), call, reader, cancellationToken);
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

    /// <summary>For a client that nobody has closed: ends the thread, then the bridge. Neither throws nor waits, since
    /// it is a finalizer's: closing a bridge waits for processes, for which no other object's finalizer
    /// should.</summary>
    public void Abandon()
    {
        bool added = false;
        lock (_lock)
        {
            if (_stopping || bridge.IsClosed) return;
            bridge.DangerousAddRef(ref added); // against the handle's own finalizer
            _stopping = true;
            _abandoned = true;
            if (_thread is null) StartThread();
        }
        NativeBridge.PumpWake(bridge);
    }

    /// <summary>How many wait now.</summary>
    internal int WaitCount
    {
        get
        {
            lock (_lock) return _waiters.Count;
        }
    }

    internal bool TryAdd(CallWaiter waiter)
    {
        lock (_lock)
        {
            if (_failure != null) throw new InvalidOperationException("the client's pump has failed", _failure);
            if (_stopping) return false;
            _waiters.Add(waiter.Token, waiter);
            if (_thread == null) StartThread();
            return true;
        }
    }

    private void StartThread()
    {
        _thread = new Thread(Run, StackBytes) { IsBackground = true, Name = "llmbridge pump" };
        _thread.UnsafeStart();
    }

    internal void Remove(CallWaiter waiter)
    {
        lock (_lock) _waiters.Remove(waiter.Token);
    }

    internal void Return(CallWaiter waiter) => _spares.Return(waiter);

    private void Run()
    {
        try
        {
            Span<ulong> tokens = stackalloc ulong[TokensAtOnce];
            while (!Stopping())
            {
                int count = NativeBridge.PumpWait(bridge, tokens, NativeClock.Never);
                foreach (ulong token in tokens[..count]) Report(token);
            }
        }
        catch (Exception e) when (e is LlmException or ObjectDisposedException)
        {
            lock (_lock) _failure = e;
        }
        EndWaits();
        _ended.TrySetResult();
        if (!_abandoned) return;
        bridge.Dispose();
        bridge.DangerousRelease();
    }

    private bool Stopping()
    {
        lock (_lock) return _stopping;
    }

    private void Report(ulong token)
    {
        CallWaiter? waiter;
        lock (_lock) waiter = _waiters.GetValueOrDefault(token);
        if (waiter is null || !waiter.TakeNews()) return;
        Remove(waiter);
        waiter.End(null);
    }

    private void EndWaits()
    {
        CallWaiter[] waiters;
        lock (_lock)
        {
            _stopping = true;
            waiters = [.. _waiters.Values];
            _waiters.Clear();
        }
        foreach (CallWaiter waiter in waiters) waiter.End(_failure);
    }
}
