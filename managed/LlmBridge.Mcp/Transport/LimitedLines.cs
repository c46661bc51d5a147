namespace LlmBridge.Mcp;

/// <summary>A stream of lines, of which none is longer than a limit: what is beyond it is dropped as it comes, so that
/// nobody keeps it. The reader finds a line that is not whole, and says so.</summary>
/// <param name="inner">Where the lines come from.</param>
/// <param name="lineBytesMax">The bytes that a line may have.</param>
/// <param name="tooLong">Called once for each line that has more.</param>
/// <param name="ended">Called at the end, which a reader may keep to itself while it works on what came before.</param>
internal sealed class LimitedLines(
    Stream inner, int lineBytesMax, Action tooLong, Action ended) : Stream
{
    private int _line; // bytes of the present line so far
    private bool _isDropping;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty) return 0;
        while (true)
        {
            int read = await inner.ReadAsync(buffer, cancellationToken);
            if (read == 0) return End();
            int kept = Keep(buffer.Span[..read]);
            if (kept > 0) return kept;
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        while (true)
        {
            int read = inner.Read(buffer, offset, count);
            if (read == 0) return End();
            int kept = Keep(buffer.AsSpan(offset, read));
            if (kept > 0) return kept;
        }
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Moves what is kept to the front.</summary>
    private int Keep(Span<byte> bytes)
    {
        int kept = 0;
        for (int at = 0; at < bytes.Length;)
        {
            int end = bytes[at..].IndexOf((byte)'\n');
            int part = end < 0 ? bytes.Length - at : end;
            int fits = Math.Min(part, lineBytesMax - _line);
            bytes.Slice(at, fits).CopyTo(bytes[kept..]);
            kept += fits;
            _line += fits;
            if (fits < part) DropRest();
            at += part;
            if (end < 0) continue;
            bytes[kept++] = (byte)'\n';
            at++;
            _line = 0;
            _isDropping = false;
        }
        return kept;
    }

    private int End()
    {
        ended();
        return 0;
    }

    private void DropRest()
    {
        if (!_isDropping) tooLong();
        _isDropping = true;
    }
}
