using System.Text;

namespace LlmBridge.TestModels;

/// <summary>Cuts a text into pieces that are all different, so that each knows which one follows it.</summary>
public static class Sentence
{
    private const int LengthMin = 3;
    private const int LengthUsual = 4;
    private const int FirstLoneByte = 0xE000;

    /// <summary>
    /// Pieces of about four characters with spaces written as <see cref="Vocabulary.Space"/>; one that came up before
    /// is made longer. With <paramref name="splitCharacters"/>, characters outside ASCII become their bytes
    /// ("&lt;0xC3&gt;") as long as no byte comes twice, and U+E000 to U+E0FF stand for a byte 00 to FF of their own.
    /// </summary>
    public static IReadOnlyList<string> Cut(string text, bool splitCharacters)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        var pieces = new List<string>();
        var used = new HashSet<string>();
        var piece = new StringBuilder();
        int length = 0;
        Rune[] runes = [.. text.EnumerateRunes()];
        for (int i = 0; i < runes.Length; i++)
        {
            if (splitCharacters && piece.Length == 0 && TrySplit(runes[i], used, pieces))
            {
                continue;
            }

            piece.Append(runes[i].Value == ' ' ? Vocabulary.Space.ToString() : runes[i].ToString());
            length++;
            bool wordEnds = i + 1 < runes.Length && runes[i + 1].Value == ' ';
            bool splitFollows = splitCharacters && i + 1 < runes.Length && !runes[i + 1].IsAscii;
            if (splitFollows && length < LengthMin && pieces.Count > 0 && !IsByte(pieces[^1]))
            {
                // Too short to stand alone: a prompt could contain it.
                length += pieces[^1].EnumerateRunes().Count();
                piece.Insert(0, pieces[^1]);
                used.Remove(pieces[^1]);
                pieces.RemoveAt(pieces.Count - 1);
            }

            bool longEnough = length >= LengthUsual || (length >= LengthMin && (wordEnds || splitFollows));
            if (longEnough && used.Add(piece.ToString()))
            {
                pieces.Add(piece.ToString());
                piece.Clear();
                length = 0;
            }
        }

        if (piece.Length > 0)
        {
            AddRest(pieces, used, piece.ToString());
        }

        return pieces;
    }

    private static bool IsByte(string piece) => piece.StartsWith("<0x", StringComparison.Ordinal);

    private static bool TrySplit(Rune rune, HashSet<string> used, List<string> pieces)
    {
        byte[] values = rune.Value is >= FirstLoneByte and <= FirstLoneByte + byte.MaxValue
            ? [(byte)(rune.Value - FirstLoneByte)]
            : Encoding.UTF8.GetBytes(rune.ToString());
        string[] bytes = [.. values.Select(value => $"<0x{value:X2}>")];
        if (rune.IsAscii || bytes.Any(used.Contains) || bytes.Distinct().Count() < bytes.Length)
        {
            return false;
        }

        used.UnionWith(bytes);
        pieces.AddRange(bytes);
        return true;
    }

    // What is left at the end may be short or known: it joins the piece before it.
    private static void AddRest(List<string> pieces, HashSet<string> used, string rest)
    {
        while (pieces.Count > 0 && !IsByte(pieces[^1])
            && (rest.EnumerateRunes().Count() < LengthMin || used.Contains(rest)))
        {
            rest = pieces[^1] + rest;
            used.Remove(pieces[^1]);
            pieces.RemoveAt(pieces.Count - 1);
        }

        pieces.Add(rest);
    }
}
