using System.Text;

namespace LlmBridge.Cli;

/// <summary>Reads a line from a terminal key by key: cursor keys, history, and the keys that shells have.</summary>
internal sealed class LineEditor
{
    private const int HistoryMax = 1000;

    private readonly List<string> _history = [];
    private readonly LineView _view = new();
    private Task<ConsoleKeyInfo>? _key; // a read cannot be called back: one that was left is the next one's

    /// <summary>The next line; null where the end was asked for on an empty one.</summary>
    public async Task<string?> ReadAsync(string prompt, CancellationToken cancellationToken)
    {
        var line = new EditedLine();
        int at = _history.Count; // in the history, or behind it
        string unsent = "";
        Console.TreatControlCAsInput = true;
        try
        {
            while (true)
            {
                _view.Show(prompt, line);
                ConsoleKeyInfo key = await NextKeyAsync(cancellationToken);
                bool control = key.Modifiers.HasFlag(ConsoleModifiers.Control);
                if (key.Key == ConsoleKey.Enter)
                {
                    line.End();
                    _view.Show(prompt, line);
                    _view.NextLine();
                    Remember(line.Text);
                    return line.Text;
                }
                if (control && key.Key == ConsoleKey.D && line.Text.Length == 0)
                {
                    _view.NextLine();
                    return null;
                }
                if (control && key.Key == ConsoleKey.C)
                {
                    _view.NextLine();
                    if (line.Text.Length == 0) Console.Error.WriteLine("llmbridge: /exit or Ctrl+D ends the chat");
                    line.Replace("");
                    at = _history.Count;
                }
                else if (key.Key is ConsoleKey.UpArrow or ConsoleKey.DownArrow)
                {
                    if (at == _history.Count) unsent = line.Text;
                    at = Math.Clamp(at + (key.Key == ConsoleKey.UpArrow ? -1 : 1), 0, _history.Count);
                    line.Replace(at == _history.Count ? unsent : _history[at]);
                }
                else
                {
                    Edit(line, key, control);
                }
            }
        }
        finally
        {
            Console.TreatControlCAsInput = false; // while an answer comes, Ctrl+C is a signal
        }
    }

    private async Task<ConsoleKeyInfo> NextKeyAsync(CancellationToken cancellationToken)
    {
        _key ??= Task.Run(() => Console.ReadKey(intercept: true), CancellationToken.None);
        ConsoleKeyInfo key = await _key.WaitAsync(cancellationToken);
        _key = null;
        return key;
    }

    private void Remember(string text)
    {
        if (string.IsNullOrWhiteSpace(text) || (_history.Count > 0 && _history[^1] == text)) return;
        if (_history.Count == HistoryMax) _history.RemoveAt(0);
        _history.Add(text);
    }

    private static void Edit(EditedLine line, ConsoleKeyInfo key, bool control)
    {
        switch (key.Key)
        {
            case ConsoleKey.LeftArrow: line.Left(); break;
            case ConsoleKey.RightArrow: line.Right(); break;
            case ConsoleKey.Home: line.Home(); break;
            case ConsoleKey.End: line.End(); break;
            case ConsoleKey.Backspace: line.DeleteBefore(); break;
            case ConsoleKey.Delete: line.DeleteHere(); break;
            case ConsoleKey.A when control: line.Home(); break;
            case ConsoleKey.E when control: line.End(); break;
            case ConsoleKey.B when control: line.Left(); break;
            case ConsoleKey.F when control: line.Right(); break;
            case ConsoleKey.D when control: line.DeleteHere(); break;
            case ConsoleKey.U when control: line.DeleteToBegin(); break;
            case ConsoleKey.K when control: line.DeleteToEnd(); break;
            case ConsoleKey.W when control: line.DeleteWord(); break;
            default:
                if (!char.IsControl(key.KeyChar)) line.Insert(key.KeyChar);
                break;
        }
    }
}

/// <summary>Draws a line that is being typed on one row of the terminal; of a longer one, the part around its
/// cursor.</summary>
internal sealed class LineView
{
    private const int WidthDefault = 80;
    private const string ToRowsBegin = "\r";
    private const string ClearToRowsEnd = "\u001b[K";

    private readonly Stream _terminal = Console.OpenStandardError();

    /// <summary>The cursor gets to its place by writing what stands before it once more: the terminal alone knows how
    /// wide it draws a character.</summary>
    public void Show(string prompt, EditedLine line)
    {
        int room = Math.Max(Width() - prompt.Length - 1, 2) / 2; // characters may be two columns wide
        bool fits = line.Text.Length <= room;
        int begin = fits ? 0 : Whole(line.Text, Math.Max(line.Cursor - (room / 2), 0));
        int end = fits ? line.Text.Length : Whole(line.Text, Math.Min(begin + room, line.Text.Length));
        string before = prompt + TerminalText.Escape(line.Text[begin..line.Cursor]);
        string after = TerminalText.Escape(line.Text[line.Cursor..Math.Max(end, line.Cursor)]);
        Write(ToRowsBegin + before + after + ClearToRowsEnd + ToRowsBegin + before);
    }

    public void NextLine() => Write("\r\n");

    private void Write(string text)
    {
        _terminal.Write(Encoding.UTF8.GetBytes(text));
        _terminal.Flush();
    }

    /// <summary>Not between the halves of a character.</summary>
    private static int Whole(string text, int index) =>
        index > 0 && index < text.Length && char.IsSurrogatePair(text, index - 1) ? index - 1 : index;

    private static int Width()
    {
        try
        {
            return Console.WindowWidth > 0 ? Console.WindowWidth : WidthDefault;
        }
        catch (IOException)
        {
            return WidthDefault;
        }
    }
}
