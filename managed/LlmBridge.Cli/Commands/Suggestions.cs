using System.CommandLine;

namespace LlmBridge.Cli;

/// <summary>What a command line that is wrong may have meant.</summary>
internal static class Suggestions
{
    /// <summary>More edits than this make another word.</summary>
    private const int EditsMax = 2;

    public static IEnumerable<string> Find(RootCommand root, string[] args, ParseResult result)
    {
        if (args.Length == 0 || args[0].Length == 0 || args[0].StartsWith('-')) yield break;
        string[] verbs = [.. root.Subcommands.Select(command => command.Name)];
        if (!verbs.Contains(args[0]))
        {
            if (IsProse(args)) yield return "to ask something: llmbridge ask \"...\"";
            else if (verbs.MinBy(verb => Edits(verb, args[0])) is { } near && Edits(near, args[0]) <= EditsMax)
            {
                yield return $"did you mean 'llmbridge {near}'?";
            }
            yield break;
        }
        if (args[0] == "ask" && result.UnmatchedTokens.Count > 0)
        {
            yield return "a prompt of several words is put in quotes: llmbridge ask \"What is 2+2?\"";
        }
    }

    /// <summary>"What" differs from "chat" by a letter, and begins a question.</summary>
    private static bool IsProse(string[] args) =>
        char.IsUpper(args[0][0]) || args[0].Contains(' ') || args.TakeWhile(arg => !arg.StartsWith('-')).Count() > 2;

    /// <summary>Letters to insert, drop, change, or swap with their neighbour.</summary>
    public static int Edits(string from, string to)
    {
        int[,] cost = new int[from.Length + 1, to.Length + 1];
        for (int i = 0; i <= from.Length; i++) cost[i, 0] = i;
        for (int k = 0; k <= to.Length; k++) cost[0, k] = k;
        for (int i = 1; i <= from.Length; i++)
        {
            for (int k = 1; k <= to.Length; k++)
            {
                int changed = cost[i - 1, k - 1] + (from[i - 1] == to[k - 1] ? 0 : 1);
                cost[i, k] = Math.Min(changed, Math.Min(cost[i - 1, k], cost[i, k - 1]) + 1);
                if (i > 1 && k > 1 && from[i - 1] == to[k - 2] && from[i - 2] == to[k - 1])
                {
                    cost[i, k] = Math.Min(cost[i, k], cost[i - 2, k - 2] + 1);
                }
            }
        }
        return cost[from.Length, to.Length];
    }
}
