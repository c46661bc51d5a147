using System.Buffers;
using LlmBridge.Interop;

namespace LlmBridge;

/// <summary>A whole answer as it comes together. Used again and again; between uses it holds no memory.</summary>
internal sealed class AnswerText : ICallReader
{
    private const int FirstBytes = 4096;

    /// <summary>The least room a read is given: one UTF-8 character.</summary>
    private const int RoomBytes = 4;

    private byte[] _buffer = [];
    private int _size;

    /// <summary>What has come so far.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _size);

    private bool HasRoom => _buffer.Length - _size >= RoomBytes;

    /// <summary>Reads what comes before the deadline; true at the end of the answer.</summary>
    public bool Read(CallHandle call, ulong deadlineNs)
    {
        while (true)
        {
            if (!HasRoom) Grow();
            int read = NativeCall.Read(call, _buffer.AsSpan(_size), deadlineNs);
            if (read == NativeCall.NotReady) return false;
            if (read == 0) return true;
            _size += read;
        }
    }

    /// <summary>Gives the memory back; what was read is gone.</summary>
    public void Clear()
    {
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _size = 0;
    }

    bool ICallReader.TakeWhatIsThere(CallHandle call)
    {
        while (HasRoom)
        {
            // An end or a failure can be read again: the owner does, where it can be thrown.
            int read = NativeCall.ReadNow(call, _buffer.AsSpan(_size));
            if (read <= 0) return read != NativeCall.NotReady;
            _size += read;
        }
        return true;
    }

    private void Grow()
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, FirstBytes));
        Bytes.Span.CopyTo(larger);
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
