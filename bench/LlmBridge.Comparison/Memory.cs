using System.Globalization;

namespace LlmBridge.Comparison;

/// <summary>A process's private memory (its anonymous pages, which nobody shares) and what it maps of one file, in
/// KiB.</summary>
internal sealed record Memory(long Private, long OfFile)
{
    /// <summary>Null where the process may not be looked at.</summary>
    public static Memory? Of(int process, string file)
    {
        try
        {
            return Sum(File.ReadLines($"/proc/{process}/smaps"), file);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The helper, and the keeper that started it.</summary>
    public static IEnumerable<int> Helpers(int helper, int host)
    {
        if (helper == 0) return [];
        string parent =
            File.ReadLines($"/proc/{helper}/status").First(line => line.StartsWith("PPid:", StringComparison.Ordinal));
        int keeper = int.Parse(parent["PPid:".Length..], CultureInfo.InvariantCulture);
        return keeper == host || keeper <= 1 ? [helper] : [helper, keeper];
    }

    private static Memory Sum(IEnumerable<string> lines, string file)
    {
        (long own, long ofFile, bool inFile) = (0, 0, false);
        foreach (string line in lines)
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (!words[0].EndsWith(':')) inFile = line.EndsWith(file, StringComparison.Ordinal);
            else if (inFile && words[0] == "Rss:") ofFile += long.Parse(words[1], CultureInfo.InvariantCulture);
            else if (words[0] == "Anonymous:") own += long.Parse(words[1], CultureInfo.InvariantCulture);
        }
        return new Memory(own, ofFile);
    }
}
