using System.Diagnostics;

namespace LlmBridge.OpenAI;

/// <summary>The server had closed a kept connection before it could take the request.</summary>
internal sealed class StaleConnectionException(string message, Exception? inner) : IOException(message, inner)
{
    /// <summary>The exception itself, or none where the cause is another.</summary>
    public static StaleConnectionException? In(Exception? failure)
    {
        while (failure is not null and not StaleConnectionException) failure = failure.InnerException;
        return (StaleConnectionException?)failure;
    }
}

/// <summary>A connection that serves one request after another. A server may close it between two of them, and a
/// request that was just being sent then gets an end in place of a response: such an end is told by an exception of its
/// own, since nothing was begun by that request. The end of a connection's first request says no such
/// thing.</summary>
internal sealed class KeptConnection(Stream inner) : Stream
{
    /// <summary>A server that closes an idle connection has decided so before the request came: its end arrives within
    /// a round trip. One that comes later may be that of an engine that worked on the request.</summary>
    private static readonly TimeSpan s_staleMost = TimeSpan.FromSeconds(1);

    private long _sentAt;
    private volatile bool _hasAnswered;
    private volatile bool _waits;

    public override bool CanRead => inner.CanRead;

    public override bool CanSeek => false;

    public override bool CanWrite => inner.CanWrite;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int size;
        try
        {
            size = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e) when (IsStale)
        {
            throw Stale(e);
        }
        if (size == 0 && !buffer.IsEmpty && IsStale) throw Stale(null);
        Received(size);
        return size;
    }

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Sends();
        try
        {
            await inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e) when (IsStale)
        {
            throw Stale(e);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }

    private bool IsStale =>
        _hasAnswered && _waits && Stopwatch.GetElapsedTime(Volatile.Read(ref _sentAt)) < s_staleMost;

    private static StaleConnectionException Stale(Exception? inner) =>
        new("the server had closed a kept connection", inner);

    private void Sends()
    {
        if (_waits) return;
        Volatile.Write(ref _sentAt, Stopwatch.GetTimestamp());
        _waits = true;
    }

    private void Received(int size)
    {
        if (size <= 0) return;
        _waits = false;
        _hasAnswered = true;
    }
}
