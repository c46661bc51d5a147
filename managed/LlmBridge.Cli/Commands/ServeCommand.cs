using System.CommandLine;
using System.Diagnostics;

namespace LlmBridge.Cli;

/// <summary>llmbridge serve: starts the gateway, a program beside this one, and ends it with this one.</summary>
internal static class ServeCommand
{
    private const int Port = 8080;
    private static readonly TimeSpan s_endsWithin = TimeSpan.FromSeconds(15);

    public static Command Make()
    {
        var command = new Command("serve", "Serves the model to OpenAI's clients, and a page, until Ctrl+C");
        var options = new ServingOptions(
            command, Port,
            ServingOptions.Named(
                "--model-name", "NAME", "What clients call the model; by default the model's own name"));
        command.SetAction((result, _) => CommandRun.RunAsync(options.Json(result), interrupt =>
        {
            BridgeOptions bridge = options.ToBridgeOptions(result);
            DemonstrationModel.Announce(bridge);
            return RunAsync([.. options.Arguments(result, bridge), "--until-input-ends"], interrupt.Token);
        }));
        return command;
    }

    private static async Task<int> RunAsync(List<string> arguments, CancellationToken cancellationToken)
    {
        string program = OtherProgram.Find("llmbridge-serve");
        // With this program's stdout and stderr. However this one ends, the end of the pipe ends the other.
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true };
        using Process serve = Process.Start(start)!;
        try
        {
            await serve.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            serve.StandardInput.Close();
            using var limit = new CancellationTokenSource(s_endsWithin);
            try
            {
                await serve.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                serve.Kill();
            }
            throw;
        }
        return serve.ExitCode;
    }
}
