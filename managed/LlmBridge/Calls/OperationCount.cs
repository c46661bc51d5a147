namespace LlmBridge;

/// <summary>Counts what uses a client's handles at this moment, so that its disposal can refuse newcomers and wait for
/// the last one to leave.</summary>
internal sealed class OperationCount
{
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count = 1; // one for the client itself, until it closes
    private volatile bool _closing;

    public bool IsClosing => _closing;

    public void Enter(object owner)
    {
        Interlocked.Increment(ref _count);
        if (!_closing) return;
        Exit();
        ObjectDisposedException.ThrowIf(true, owner);
    }

    public void Exit()
    {
        if (Interlocked.Decrement(ref _count) == 0) _drained.TrySetResult();
    }

    /// <summary>To be called once. The task ends when nothing is left inside.</summary>
    public Task CloseAsync()
    {
        _closing = true;
        Exit();
        return _drained.Task;
    }
}
