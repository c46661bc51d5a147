namespace LlmBridge.TestModels;

/// <summary>What random models speak in.</summary>
internal static class Syllables
{
    private const string Onsets = "bdfgklmnprst";
    private const string Vowels = "aeiou";
    private const string Codas = "lnrs";

    /// <summary>480 pieces of three characters or more, half of them beginning a word.</summary>
    internal static IEnumerable<string> All() =>
        from onset in Onsets
        from vowel in Vowels
        from coda in Codas
        from start in (string[])["", Vocabulary.Space.ToString()]
        select $"{start}{onset}{vowel}{coda}";

    /// <summary>That many pieces: the syllables, then words of two of them, then of three.</summary>
    internal static IEnumerable<string> Words(int count) =>
        All().Concat(from first in All()
                     from second in All()
                     where second[0] != Vocabulary.Space
                     select first + second)
            .Concat(from first in All()
                    from second in All()
                    where second[0] != Vocabulary.Space
                    from third in All()
                    where third[0] != Vocabulary.Space
                    select first + second + third)
            .Take(count);
}
