namespace LlmBridge.Cli;

/// <summary>Stdin a line at a time: from a terminal as it edits them, else as bytes that have to be UTF-8.</summary>
internal sealed class InputLines
{
    private const int PieceBytes = 4096;
    private readonly Stream _input = StandardInput.Open();
    private readonly List<byte> _unread = [];
    private readonly byte[] _piece = new byte[PieceBytes];
    private long _offset;
    private bool _ended;

    /// <summary>The next line without its end; null behind the last.</summary>
    public async Task<string?> ReadAsync(CancellationToken cancellationToken)
    {
        if (!Console.IsInputRedirected)
        {
            return await Task.Run(Console.In.ReadLine, CancellationToken.None).WaitAsync(cancellationToken);
        }
        int searched = 0;
        while (true)
        {
            int end = _unread.IndexOf((byte)'\n', searched);
            if (end >= 0) return Take(end, end + 1);
            if (_ended) return _unread.Count > 0 ? Take(_unread.Count, _unread.Count) : null;
            searched = _unread.Count;
            int size = await StandardInput.ReadAsync(_input, _piece, cancellationToken);
            _ended = size == 0;
            _unread.AddRange(_piece.AsSpan(0, size));
        }
    }

    private string Take(int size, int used)
    {
        byte[] line = [.. _unread.GetRange(0, size)];
        string text = StandardInput.Decode(line, _offset);
        _unread.RemoveRange(0, used);
        _offset += used;
        return text.EndsWith('\r') ? text[..^1] : text;
    }
}
