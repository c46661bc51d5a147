using System.Runtime.InteropServices;
using System.Text;

namespace LlmBridge.OpenAI;

/// <summary>What a stream of server-sent events holds, a line's meaning at a time; bounded, and forgiving where servers
/// in the field break the format. Give it bytes as they come.</summary>
/// <remarks>A reader of the standard alone would drop what servers say outside of it: an error without "data:", a JSON
/// document instead of a stream. A data line that is a whole JSON object counts at once, since some servers leave out
/// the empty line after it.</remarks>
public sealed class EventReader
{
    /// <summary>The longest event that is taken.</summary>
    public const int EventBytesMax = 4 * 1024 * 1024;

    private readonly List<byte> _line = [];
    private readonly List<byte> _data = [];
    private readonly List<byte> _outside = [];
    private readonly Queue<StreamEvent> _events = new();
    private string _name = "";
    private bool _mayBeWhole;
    private bool _lastWasReturn;
    private bool _isDocument;
    private bool _begun;

    /// <summary>What stood outside of events: a document, or text.</summary>
    public string Outside => Encoding.UTF8.GetString([.. _outside]);

    /// <summary>Takes bytes.</summary>
    /// <exception cref="ServerException">An event is too long.</exception>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int end = bytes.IndexOfAny((byte)'\n', (byte)'\r');
            ReadOnlySpan<byte> part = end < 0 ? bytes : bytes[..end];
            if (_line.Count + part.Length + _data.Count + _outside.Count > EventBytesMax) throw TooLong();
            if (end < 0)
            {
                _line.AddRange(part);
                _lastWasReturn = part.IsEmpty && _lastWasReturn;
                break;
            }
            // "\r\n" is one end of a line.
            bool isSecondHalf = bytes[end] == '\n' && end == 0 && _lastWasReturn && _line.Count == 0;
            _lastWasReturn = bytes[end] == '\r';
            if (!isSecondHalf) EndLine(part);
            bytes = bytes[(end + 1)..];
        }
        DispatchWhole(); // what comes next may be long in coming
    }

    /// <summary>The stream has ended: what came without an end of its line counts too.</summary>
    public void End()
    {
        if (_line.Count > 0) EndLine([]);
        Dispatch();
    }

    /// <summary>The next event, if one is whole.</summary>
    public bool TryRead(out StreamEvent item) => _events.TryDequeue(out item);

    private void EndLine(ReadOnlySpan<byte> rest)
    {
        if (_line.Count == 0)
        {
            TakeLine(rest);
            return;
        }
        _line.AddRange(rest);
        TakeLine(CollectionsMarshal.AsSpan(_line));
        _line.Clear();
    }

    private void TakeLine(ReadOnlySpan<byte> line)
    {
        if (!_begun && line.StartsWith("\uFEFF"u8)) line = line[3..];
        _begun = true;
        if (_isDocument)
        {
            AddOutside(line);
            return;
        }
        if (line.IsEmpty)
        {
            Dispatch();
            return;
        }
        DispatchWhole();
        if (line[0] == ':') return; // a comment: a ping says nothing of the answer
        int colon = line.IndexOf((byte)':');
        ReadOnlySpan<byte> field = colon < 0 ? line : line[..colon];
        ReadOnlySpan<byte> value = colon < 0 ? [] : line[(colon + 1)..];
        if (value.StartsWith(" "u8)) value = value[1..];
        if (field.SequenceEqual("data"u8)) AddData(value);
        else if (field.SequenceEqual("event"u8)) _name = Encoding.UTF8.GetString(value);
        else if (field.SequenceEqual("error"u8)) _events.Enqueue(new StreamEvent("error", value.ToArray()));
        else if (!field.SequenceEqual("id"u8) && !field.SequenceEqual("retry"u8)) BeginOutside(line);
    }

    private void BeginOutside(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> text = line.TrimStart(" \t"u8);
        _isDocument = text.StartsWith("{"u8) || text.StartsWith("["u8);
        AddOutside(line);
    }

    private void AddOutside(ReadOnlySpan<byte> line)
    {
        _outside.AddRange(line);
        _outside.Add((byte)'\n');
    }

    private void AddData(ReadOnlySpan<byte> value)
    {
        _mayBeWhole = _data.Count == 0;
        if (_data.Count > 0) _data.Add((byte)'\n');
        _data.AddRange(value);
    }

    /// <summary>Looks whether the one line of data that came is an event without the empty line that belongs after it:
    /// only where that line was not there at once, and once for each event.</summary>
    private void DispatchWhole()
    {
        if (!_mayBeWhole) return;
        _mayBeWhole = false;
        ReadOnlySpan<byte> value = CollectionsMarshal.AsSpan(_data);
        if (value.SequenceEqual("[DONE]"u8) || IsObject(value)) Dispatch();
    }

    private static bool IsObject(ReadOnlySpan<byte> value)
    {
        if (!value.StartsWith("{"u8) || !value.TrimEnd(" \t"u8).EndsWith("}"u8)) return false;
        var reader = new System.Text.Json.Utf8JsonReader(value);
        try
        {
            return reader.Read() && reader.TrySkip();
        }
        catch (System.Text.Json.JsonException)
        {
            return false;
        }
    }

    private void Dispatch()
    {
        if (_data.Count > 0) _events.Enqueue(new StreamEvent(_name, _data.ToArray()));
        if (_data.Count > 0) _name = "";
        _data.Clear();
        _mayBeWhole = false;
    }

    private static ServerException TooLong() =>
        new(ServerFault.Malformed, $"the server sent an event of more than {EventBytesMax} bytes");
}

/// <summary>One event: its name, mostly empty, and its data.</summary>
public readonly record struct StreamEvent(string Name, ReadOnlyMemory<byte> Data)
{
    /// <summary>True for the word that ends a stream.</summary>
    public bool IsDone => Data.Span.Trim(" "u8).SequenceEqual("[DONE]"u8);
}
