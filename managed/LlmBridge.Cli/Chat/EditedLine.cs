namespace LlmBridge.Cli;

/// <summary>A line that is being typed, and where in it the next character goes. What a key does to it, without the
/// terminal.</summary>
internal sealed class EditedLine
{
    private const int LengthMax = 1 << 20;

    public string Text { get; private set; } = "";

    public int Cursor { get; private set; }

    public void Replace(string text)
    {
        Text = text;
        Cursor = text.Length;
    }

    public void Insert(char character)
    {
        if (Text.Length >= LengthMax) return;
        Text = Text.Insert(Cursor, character.ToString());
        Cursor++;
    }

    public void Left() => Cursor = Before(Cursor);

    public void Right() => Cursor = After(Cursor);

    public void Home() => Cursor = 0;

    public void End() => Cursor = Text.Length;

    public void DeleteBefore() => Remove(Before(Cursor), Cursor);

    public void DeleteHere() => Remove(Cursor, After(Cursor));

    public void DeleteToBegin() => Remove(0, Cursor);

    public void DeleteToEnd() => Remove(Cursor, Text.Length);

    public void DeleteWord()
    {
        int begin = Cursor;
        while (begin > 0 && char.IsWhiteSpace(Text[begin - 1])) begin--;
        while (begin > 0 && !char.IsWhiteSpace(Text[begin - 1])) begin--;
        Remove(begin, Cursor);
    }

    private void Remove(int begin, int end)
    {
        Text = Text.Remove(begin, end - begin);
        Cursor = begin;
    }

    /// <summary>A character may be two in UTF-16.</summary>
    private int Before(int index) =>
        index >= 2 && char.IsSurrogatePair(Text, index - 2) ? index - 2 : Math.Max(index - 1, 0);

    private int After(int index) =>
        index + 1 < Text.Length && char.IsSurrogatePair(Text, index) ? index + 2 : Math.Min(index + 1, Text.Length);
}
