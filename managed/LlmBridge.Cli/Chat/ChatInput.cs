namespace LlmBridge.Cli;

/// <summary>What is said, a line or a block of lines at a time.</summary>
internal sealed class ChatInput
{
    private const string Prompt = "> ";
    private const string MorePrompt = ". ";
    private const string Quotes = "\"\"\"";
    private const int BlockCharactersMax = 1 << 24;

    private readonly InputLines _lines = new();
    private readonly LineEditor? _editor;

    private ChatInput(LineEditor? editor) => _editor = editor;

    public bool IsTerminal { get; } = !Console.IsInputRedirected;

    /// <summary>Keys edit a line where the terminal can move its cursor; elsewhere it edits lines itself.</summary>
    public static ChatInput Open()
    {
        string term = Environment.GetEnvironmentVariable("TERM") ?? "";
        bool canEdit = !Console.IsInputRedirected && Terminal.IsErrors && term is not ("" or "dumb");
        return new ChatInput(canEdit ? new LineEditor() : null);
    }

    /// <summary>What is said next; null at the end.</summary>
    public async Task<string?> ReadAsync(CancellationToken cancellationToken)
    {
        string? line = await ReadLineAsync(Prompt, cancellationToken);
        if (!IsTerminal || line is null) return line;
        bool isQuoted = line.Trim() == Quotes;
        if (!isQuoted && !GoesOn(line)) return line;
        var block = new List<string>();
        if (!isQuoted) block.Add(line[..^1]);
        for (int size = 0; size < BlockCharactersMax; size += line.Length)
        {
            line = await ReadLineAsync(MorePrompt, cancellationToken) ?? Quotes;
            if (isQuoted && line.Trim() == Quotes) break;
            bool isLast = !isQuoted && !GoesOn(line);
            block.Add(isQuoted || isLast ? line : line[..^1]);
            if (isLast) break;
        }
        return string.Join('\n', block);
    }

    private static bool GoesOn(string line) => line.EndsWith('\\');

    private Task<string?> ReadLineAsync(string prompt, CancellationToken cancellationToken)
    {
        if (_editor is not null) return _editor.ReadAsync(prompt, cancellationToken);
        if (IsTerminal && !Console.IsErrorRedirected) Console.Error.Write(prompt);
        return _lines.ReadAsync(cancellationToken);
    }
}
