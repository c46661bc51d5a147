using System.CommandLine;
using System.Diagnostics;

namespace LlmBridge.Cli;

/// <summary>llmbridge bench: the headline figures on this machine, by the library's own llmbridge-bench.</summary>
internal static class BenchCommand
{
    public static Command Make()
    {
        var filter = new Option<string?>("--filter")
        {
            Description = "The metric of this name, or those whose names contain it",
            HelpName = "TEXT",
        };
        var model = new Option<string?>("--model", "-m")
        {
            Description = "The GGUF file of the llama metrics",
            HelpName = "FILE",
        };
        var quick = new Option<bool>("--quick") { Description = "Half a minute instead of three: rougher figures" };
        var list = new Option<bool>("--list") { Description = "Only say what is measured against what" };
        var json = new Option<bool>("--json") { Description = "Print one JSON object a line instead of a table" };
        var command =
            new Command("bench", "Measures the headline figures on this machine") { filter, model, quick, list, json };
        command.SetAction((result, _) =>
        {
            List<string> arguments = [];
            if (result.GetValue(filter) is { } text) arguments.AddRange(["--filter", text]);
            if (result.GetValue(model) is { } file) arguments.AddRange(["--model", file]);
            if (result.GetValue(quick)) arguments.Add("--quick");
            if (result.GetValue(list)) arguments.Add("--list");
            if (result.GetValue(json)) arguments.Add("--json");
            return CommandRun.RunAsync(result.GetValue(json), interrupt => RunAsync(arguments, interrupt.Token));
        });
        return command;
    }

    private static async Task<int> RunAsync(List<string> arguments, CancellationToken cancellationToken)
    {
        InstalledPartJson found = InstallationJson.Read(LlmLibrary.ExamineInstallation()).Parts.First(
            part => part.Name == "bench");
        string program = found.Path ?? throw new LlmException(new LlmError
        {
            Status = LlmStatus.NotFound,
            Phase = LlmPhase.Configure,
            Message = $"{found.Reason}; build it with `dotnet build Bridge.sln`",
        });
        // With this program's stdout and stderr.
        using Process bench = Process.Start(new ProcessStartInfo(program, arguments))!;
        try
        {
            await bench.WaitForExitAsync(cancellationToken);
            return bench.ExitCode;
        }
        finally
        {
            if (!bench.HasExited) bench.Kill();
        }
    }
}
