using System.Globalization;

namespace LlmBridge.EmbeddingTests;

/// <summary>
/// Texts that both tokenizers are to read alike. Korean and Devanagari are not among them: llama.cpp's takes neither
/// syllables apart into letters nor vowel signs off, as BERT's does.
/// </summary>
internal static class SentenceTexts
{
    private static readonly string[] s_subjects =
        ["The old captain", "My neighbour's cat", "A committee of experts", "Nobody", "The web server", "Dr. O'Neill"];

    private static readonly string[] s_verbs =
        ["sold", "could not find", "re-invented", "reviewed", "forgot about", "translated"];

    private static readonly string[] s_objects =
    [
        "the antidisestablishmentarianism pamphlet", "42 invoices (unpaid!)", "a recipe for borscht", "the C# compiler",
        "$1,299.99 of debt", "http://example.org/a?b=c&d=%20",
    ];

    /// <summary>One of each kind that is likely to go wrong.</summary>
    public static IReadOnlyList<string> Odd { get; } =
    [
        "a", "?", "The", "  spaces   all\tover \n\n the place  ", "UPPER lower MiXeD", "x=y+z;", "don't can't I'll",
        "naïve café façade, Ångström, Übermäßig, São Tomé, smørrebrød, Łódź, İstanbul",
        "cafe\u0301 with a combining accent", "日本語のテキスト", "中文字符和 English together", "нещо на Български",
        "Ελληνικά και ΣΊΣΥΦΟΣ", "שלום עולם", "مرحبا بالعالم", "ไทย", "emoji 😀 👍🏽 👩‍👩‍👧 🇫🇷",
        "½ ² ³ № ™ © “quotes” – — … •", "zero\u200bwidth and\u00a0no-break", "soft\u00adhyphen", "tab\tand\rreturn",
        "bell\u0007 and escape\u001b[0m", "ﬁne ligature", "Ｆｕｌｌ ｗｉｄｔｈ", "𝕄𝕒𝕥𝕙 𝒷old", "\ufeffbyte order mark",
        "[notatoken] <b>html</b> {json: 1}", "####", "##ing", "_under_score_", "e-mail@example.com", "1,000,000.00",
        "3.14159265358979323846", "supercalifragilisticexpialidocious pneumonoultramicroscopicsilicovolcanoconiosis",
        "ﷺ", "\ufffd replaced", "\U0001f999.cpp", "if (a && b || !c) { return \"x\\n\"; } // comment",
    ];

    /// <summary>Sentences of every pattern, <paramref name="count"/> of them.</summary>
    public static IEnumerable<string> Sentences(int count) =>
        from i in Enumerable.Range(0, count)
        let end = i % 2 == 0 ? "." : " in " + (1900 + i).ToString(CultureInfo.InvariantCulture)
        select $"{s_subjects[i % 6]} {s_verbs[i / 6 % 6]} {s_objects[i / 36 % 6]}{end}";

    /// <summary>About as long as the model reads.</summary>
    public static string Long { get; } = string.Join(
        ' ', Enumerable.Repeat("All work and no play makes Jack a dull boy, said the clerk; then he sighed.", 26));
}
