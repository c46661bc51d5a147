using System.Text.RegularExpressions;

namespace LlmBridge.InteropTests.Support;

/// <summary>Compares what a program printed with what is written down, line by line.</summary>
internal static class Lines
{
    /// <summary>Fails at the first line that differs. In what is expected {pid} stands for any number.</summary>
    public static void AssertMatch(IReadOnlyList<string> expected, string printed, string context)
    {
        string[] lines = printed.TrimEnd('\n').Split('\n');
        for (int i = 0; i < Math.Max(expected.Count, lines.Length); i++)
        {
            string? wanted = i < expected.Count ? expected[i] : null, line = i < lines.Length ? lines[i] : null;
            if (wanted is null || line is null || !IsMatch(wanted, line))
            {
                Assert.Fail($"line {i + 1} should be <{wanted ?? "none"}>, but is <{line ?? "none"}>\n{context}");
            }
        }
    }

    private static bool IsMatch(string wanted, string line) =>
        Regex.IsMatch(line, $"^{Regex.Escape(wanted).Replace("\\{pid}", "[0-9]+", StringComparison.Ordinal)}$",
            RegexOptions.CultureInvariant);
}
