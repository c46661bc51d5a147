using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using static LlmBridge.Cli.TerminalText;

namespace LlmBridge.Cli;

/// <summary>llmbridge doctor: what is installed, found and working, and what to do about what isn't.</summary>
internal static class DoctorCommand
{
    /// <summary>The status of a check-up that found a fault without an error code of its own.</summary>
    private const int Unwell = 10 + (int)LlmStatus.Unavailable;

    private const double IntervalDefault = 1;
    private const double IntervalMin = 0.1;
    private const double IntervalMax = 3600;

    public static Command Make()
    {
        var watch = new Option<bool>("--watch")
        {
            Description = "Start a bridge, give it a small call each interval and show how it fares, until Ctrl+C",
        };
        var interval = new Option<double>("--interval")
        {
            Description = "With --watch: seconds from look to look",
            HelpName = "SECONDS",
            DefaultValueFactory = _ => IntervalDefault,
        };
        interval.Validators.Add(RequirePossible);
        var command = new Command("doctor", "Checks what is installed, found and working") { watch, interval };
        var options = new CommonOptions(command);
        command.SetAction((result, _) =>
        {
            bool json = options.Json(result);
            return CommandRun.RunAsync(json, interrupt => result.GetValue(watch)
                ? WatchCommand.RunAsync(options.ToBridgeOptions(result),
                    TimeSpan.FromSeconds(result.GetValue(interval)), json, interrupt.Token)
                : ExamineAsync(options.ToBridgeOptions(result), json, interrupt.Token));
        });
        return command;
    }

    private static void RequirePossible(OptionResult result)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        foreach (Token token in result.Tokens)
        {
            // What is no number the parser refuses by itself.
            if (!double.TryParse(token.Value, culture, out double seconds)
                || seconds is >= IntervalMin and <= IntervalMax)
            {
                continue;
            }
            result.AddError(string.Create(
                culture, $"--interval needs seconds from {IntervalMin} to {IntervalMax}, not '{token.Value}'"));
        }
    }

    private static async Task<int> ExamineAsync(BridgeOptions options, bool json, CancellationToken cancellationToken)
    {
        DoctorReport report = await Doctor.ExamineAsync(options, cancellationToken);
        if (json) PrintJson(report);
        else PrintText(report);
        return report.Ok ? ExitStatus.Ok : report.Failure is { } failure ? ExitStatus.Of(failure) : Unwell;
    }

    private static void PrintText(DoctorReport report)
    {
        foreach (DoctorFinding finding in report.Findings)
        {
            string level = finding.Ok ? finding.Level : "FAIL";
            Console.Out.WriteLine($"{level,-4} {finding.Name}: {OneLine(finding.Detail)}");
            if (finding.Remedy is { } remedy) Console.Out.WriteLine($"     {OneLine(remedy)}");
        }
    }

    private static void PrintJson(DoctorReport report)
    {
        var json = new DoctorJson(report.Ok, report.Findings, report.Installation, report.Model?.Json);
        using Stream output = StandardOutput.Open();
        output.Write(Json.Line(json, Json.Readable.DoctorJson));
    }
}
