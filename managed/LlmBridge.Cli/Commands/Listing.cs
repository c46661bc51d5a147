using System.CommandLine;
using System.Globalization;
using static LlmBridge.Cli.TerminalText;

namespace LlmBridge.Cli;

/// <summary>Verbs that print what the library tells of, such as shared engines and sessions: as a table, or with --json
/// as the library tells it.</summary>
internal static class Listing
{
    /// <summary>A verb; it gets the options and whether JSON is wanted, and gives the exit status.</summary>
    public static Command MakeVerb(string verb, string description, Func<BridgeOptions, bool, int> run) =>
        MakeVerb(new Command(verb, description), (_, options, json) => run(options, json));

    /// <summary>The same of one thing, which an argument names.</summary>
    public static Command MakeVerb(
        string verb, string description, Argument<string> name, Func<string, BridgeOptions, bool, int> run) =>
        MakeVerb(
            new Command(verb, description)
            {
                name,
            },
            (result, options, json) => run(result.GetRequiredValue(name), options, json));

    /// <summary>Says on the standard error what is amiss.</summary>
    public static void Warn(string text) => Console.Error.WriteLine("llmbridge: " + OneLine(Escape(text)));

    /// <summary>Writes cells by a composite format, each as one line of printable characters.</summary>
    public static void WriteRow(string row, params string[] cells)
    {
        object[] clean = [.. cells.Select(cell => OneLine(Escape(cell)))];
        Console.Out.WriteLine(string.Format(CultureInfo.InvariantCulture, row, clean).TrimEnd());
    }

    /// <summary>A number's digits, or a dash where it is not known.</summary>
    public static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "-";

    private static Command MakeVerb(Command command, Func<ParseResult, BridgeOptions, bool, int> run)
    {
        var options = new CommonOptions(command);
        command.SetAction((result, _) =>
        {
            bool json = options.Json(result);
            return CommandRun.RunAsync(
                json, _ => Task.FromResult(run(result, options.ToBridgeOptions(result), json)));
        });
        return command;
    }
}
