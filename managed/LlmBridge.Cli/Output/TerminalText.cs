using System.Globalization;
using System.Text;

namespace LlmBridge.Cli;

/// <summary>Foreign text that a terminal shows and does not obey: an answer, a model's name, an engine's last words may
/// hold sequences that move the cursor, retitle the window or turn a line around.</summary>
internal static class TerminalText
{
    /// <summary>The text with its control characters, but for line ends and tabs, as JSON has them (\u001b): what
    /// stands in a JSON string means the same afterwards.</summary>
    public static string Escape(string text)
    {
        int first = IndexOfControl(text, 0);
        if (first < 0) return text;
        var escaped = new StringBuilder(text.Length);
        int shown = 0;
        for (int next = first; next >= 0; next = IndexOfControl(text, shown))
        {
            escaped.Append(text, shown, next - shown).Append(Name(text[next]));
            shown = next + 1;
        }
        return escaped.Append(text, shown, text.Length - shown).ToString();
    }

    /// <summary>The text on one line, for reports in which each line says one thing: a name cannot make a second
    /// one.</summary>
    public static string OneLine(string text) => text.Replace("\n", Name('\n'), StringComparison.Ordinal);

    private static int IndexOfControl(string text, int begin)
    {
        for (int i = begin; i < text.Length; i++)
        {
            if (IsControl(text[i])) return i;
        }
        return -1;
    }

    /// <summary>C0, DEL and C1, and what Unicode calls Bidi_Control.</summary>
    private static bool IsControl(char one) => one switch
    {
        '\n' or '\t' => false,
        < ' ' or >= '\u007f' and <= '\u009f' => true,
        '\u061c' or '\u200e' or '\u200f' => true,
        >= '\u202a' and <= '\u202e' or >= '\u2066' and <= '\u2069' => true,
        _ => false,
    };

    private static string Name(char one) => "\\u" + ((int)one).ToString("x4", CultureInfo.InvariantCulture);
}
