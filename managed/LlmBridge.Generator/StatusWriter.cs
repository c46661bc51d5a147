using System.Text;

namespace LlmBridge.Generator;

/// <summary>Writes the statuses and what they mean to a host, for C#, Python and Node.</summary>
internal static class StatusWriter
{
    private const string Origin = "the library's table of statuses";
    private const string TimeLimit = "time_limit";

    public static string CSharp(IReadOnlyList<Status> statuses)
    {
        var source = new SourceWriter(Origin);
        source.Line("namespace LlmBridge.Interop;");
        source.Line();
        source.Summary("What a status means to its host.");
        source.Open("internal static class StatusClasses");
        source.Summary("Whether a time limit of the caller's or of the start passed.");
        source.Line("public static bool IsTimeLimit(this LlmStatus status) =>");
        IEnumerable<string> names = Of(statuses, TimeLimit).Select(s => "LlmStatus." + Mapping.Pascal(s.Name));
        source.Line($"    status is {string.Join(" or ", names)};");
        source.Close();
        return source.ToString();
    }

    public static string Python(IReadOnlyList<Status> statuses)
    {
        var text = new StringBuilder(
            $"\"\"\"The statuses. Made by LlmBridge.Generator from {Origin}: run `build.sh generate`.\"\"\"\n"
            + "\nfrom __future__ import annotations\n\n");
        foreach (Status status in statuses) text.Append($"{Constant(status)} = {status.Number}\n");
        text.Append("\n# A time limit of the caller's or of the start passed.\n");
        text.Append($"TIME_LIMITS = frozenset({{{string.Join(", ", Of(statuses, TimeLimit).Select(Constant))}}})\n");
        return text.ToString();
    }

    public static string Node(IReadOnlyList<Status> statuses)
    {
        var text = new StringBuilder(
            $"// The statuses of the library. Made by LlmBridge.Generator from {Origin}: run `build.sh generate`.\n\n");
        text.Append("export const Status = Object.freeze({\n");
        foreach (Status status in statuses) text.Append($"  {Constant(status)}: {status.Number},\n");
        text.Append("});\n\n/** A time limit of the caller's or of the start passed. */\n");
        IEnumerable<string> names = Of(statuses, TimeLimit).Select(s => "Status." + Constant(s));
        text.Append($"export const TIME_LIMITS = Object.freeze([{string.Join(", ", names)}]);\n");
        return text.ToString();
    }

    private static IEnumerable<Status> Of(IEnumerable<Status> statuses, string name) =>
        statuses.Where(status => status.Classes.Contains(name));

    private static string Constant(Status status) => status.Name.ToUpperInvariant();
}
