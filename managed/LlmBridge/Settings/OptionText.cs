using System.Globalization;

namespace LlmBridge;

/// <summary>The text of one option as a configuration has it, read as the kinds of values that options have.</summary>
/// <param name="path">Where it stands, such as "Llm:Timeout", for messages.</param>
/// <param name="text">The value; null where there is a list.</param>
/// <param name="items">The list; empty where there is a value.</param>
internal sealed class OptionText(string path, string? text, IReadOnlyList<string> items)
{
    public string Text() => text ?? throw Wrong("one text");

    public int Int32() =>
        int.TryParse(text, CultureInfo.InvariantCulture, out int n) ? n : throw Wrong("a whole number");

    public long Int64() =>
        long.TryParse(text, CultureInfo.InvariantCulture, out long n) ? n : throw Wrong("a whole number");

    public double Number() =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double n)
            ? n
            : throw Wrong("a number");

    public bool Switch() => text?.ToUpperInvariant() switch
    {
        "TRUE" or "ON" => true,
        "FALSE" or "OFF" => false,
        _ => throw Wrong("true or false"),
    };

    /// <summary>hh:mm:ss, or a number of seconds, which TimeSpan's own parser takes for days.</summary>
    public TimeSpan Duration()
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds))
        {
            return seconds >= 0 && seconds < TimeSpan.MaxValue.TotalSeconds
                ? TimeSpan.FromSeconds(seconds)
                : throw Wrong("a duration");
        }
        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan time)
            ? time
            : throw Wrong("a duration: a number of seconds, or hh:mm:ss");
    }

    /// <summary>The number of milliseconds that the library's own names with _ms have.</summary>
    public TimeSpan Milliseconds() => TimeSpan.FromMilliseconds(Int64());

    /// <summary>A choice, as C# or as the library spells it.</summary>
    public T Choice<T>()
        where T : struct, Enum =>
        TryChoice(text, out T choice) ? choice : throw Wrong("one of " + string.Join(", ", Enum.GetNames<T>()));

    public IReadOnlyList<string> List() => text is null ? items : [text];

    public IReadOnlyList<T> Choices<T>()
        where T : struct, Enum =>
    [
        .. (text is null ? items : text.Split(',', StringSplitOptions.TrimEntries)).Select(item =>
            TryChoice(item, out T choice)
                ? choice
                : throw Wrong("some of " + string.Join(", ", Enum.GetNames<T>()))),
    ];

    private static bool TryChoice<T>(string? text, out T choice)
        where T : struct, Enum
    {
        string name = text?.Replace("_", "", StringComparison.Ordinal) ?? "";
        // By name alone: Enum's own parser takes numbers too.
        string? known = Enum.GetNames<T>().FirstOrDefault(n => n.Equals(name, StringComparison.OrdinalIgnoreCase));
        choice = known is null ? default : Enum.Parse<T>(known);
        return known is not null;
    }

    private FormatException Wrong(string wanted) =>
        new($"{path} must be {wanted}, not {(text is null ? $"a list of {items.Count}" : $"'{text}'")}");
}
