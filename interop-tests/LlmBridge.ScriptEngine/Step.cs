using System.Globalization;

namespace LlmBridge.ScriptEngine;

/// <summary>A step of a script: "pieces 3 10" or "exit 1@piece:2".</summary>
/// <param name="Words">The verb and what it takes.</param>
/// <param name="Moment">When it is done; empty for in its turn.</param>
internal sealed record Step(string[] Words, string Moment)
{
    public string Verb => Words[0];

    /// <summary>Verbs that are about the start only.</summary>
    public bool IsOfStart => Verb is "slow_start" or "refuse";

    public int Number(int index) => int.Parse(Words[index], CultureInfo.InvariantCulture);

    public static Step[] ParseAll(string script)
    {
        Step[] steps = [.. script.Split(
            ';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
        // A script that only says when to fail still answers.
        return steps.Any(s => s.Moment.Length == 0) ? steps : [.. steps, Parse("echo")];
    }

    private static Step Parse(string text)
    {
        string[] parts = text.Split('@', 2);
        return new Step(parts[0].Split(' ', StringSplitOptions.RemoveEmptyEntries), parts.Length > 1 ? parts[1] : "");
    }
}
