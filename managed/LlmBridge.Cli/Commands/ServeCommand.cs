using System.CommandLine;
using System.Diagnostics;

namespace LlmBridge.Cli;

/// <summary>llmbridge serve: starts the gateway, a program beside this one, and ends it with this one.</summary>
internal static class ServeCommand
{
    private static readonly TimeSpan s_endsWithin = TimeSpan.FromSeconds(15);

    public static Command Make()
    {
        Option<string?>[] own =
        [
            Named("--port", "N", "The port, by default 8080; 0 is any that is free"),
            Named("--listen", "ADDRESS", "The address, by default 127.0.0.1; others let other machines in"),
            Named("--api-key-file", "FILE", "A file with the key that clients send; else one is made up and printed"),
            Named("--model-name", "NAME", "What clients call the model; by default the model's own name"),
        ];
        Option<string[]>[] lists =
        [
            new("--allow-host")
            {
                Description = "A name, besides localhost, that clients may know the server by; may be repeated",
                HelpName = "NAME",
            },
            new("--cors-origin")
            {
                Description = "An origin, such as https://example.org, whose pages may ask; may be repeated",
                HelpName = "ORIGIN",
            },
        ];
        var command = new Command("serve", "Serves the model to OpenAI's clients, and a page, until Ctrl+C");
        foreach (Option option in own.Concat<Option>(lists)) command.Options.Add(option);
        var options = new CommonOptions(command);
        command.SetAction((result, _) => CommandRun.RunAsync(options.Json(result), interrupt =>
        {
            List<string> arguments = ["--until-input-ends"];
            foreach (Option<string?> option in own)
            {
                if (result.GetValue(option) is { } value) arguments.AddRange([option.Name, value]);
            }
            foreach (Option<string[]> option in lists)
            {
                foreach (string value in result.GetValue(option) ?? []) arguments.AddRange([option.Name, value]);
            }
            BridgeOptions settings = options.ToBridgeOptions(result);
            foreach ((string name, string value) in settings.Settings ?? new Dictionary<string, string>())
            {
                arguments.AddRange(["--set", $"{name}={value}"]);
            }
            DemonstrationModel.Announce(settings);
            return RunAsync(arguments, interrupt.Token);
        }));
        return command;
    }

    private static Option<string?> Named(string name, string value, string description) =>
        new(name) { Description = description, HelpName = value };

    private static async Task<int> RunAsync(List<string> arguments, CancellationToken cancellationToken)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "llmbridge-serve");
        if (!File.Exists(program))
        {
            throw new LlmException(new LlmError
            {
                Status = LlmStatus.NotFound,
                Phase = LlmPhase.Configure,
                Message = $"{program} is not there; build it with `dotnet build Bridge.sln`",
            });
        }
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
