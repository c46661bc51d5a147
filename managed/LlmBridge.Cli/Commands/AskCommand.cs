using System.CommandLine;

namespace LlmBridge.Cli;

/// <summary>llmbridge ask PROMPT: prints the answer as it comes.</summary>
internal static class AskCommand
{
    public static Command Make()
    {
        var prompt = new Argument<string>("PROMPT")
        {
            Description = "What to ask, with what is piped in behind it; - asks what is piped in",
        };
        var command = new Command("ask", "Asks the model and prints its answer") { prompt };
        var options = new CommonOptions(command);
        var generation = new GenerationOptions(command);
        command.SetAction((result, _) =>
        {
            bool json = options.Json(result);
            return CommandRun.RunAsync(
                json,
                interrupt => AskAsync(
                    result.GetRequiredValue(prompt), generation.AddTo(options.ToBridgeOptions(result), result), json,
                    interrupt.Token),
                LlmPhase.Generate);
        });
        return command;
    }

    private static async Task<int> AskAsync(
        string prompt, BridgeOptions options, bool json, CancellationToken cancellationToken)
    {
        prompt = prompt == "-"
            ? await StandardInput.ReadTextAsync(cancellationToken)
            : await PipedInput.AppendToAsync(prompt, cancellationToken);
        await using LlmClient client = await LlmClient.OpenAsync(options, cancellationToken);
        if (!json) DemonstrationModel.Announce(options);
        if (json)
        {
            LlmReply reply = await client.AskAsync(prompt, null, cancellationToken);
            await ReplyJson.WriteAsync(reply, client.SandboxLayers, cancellationToken);
        }
        else if (options.Settings!.ContainsKey("tools"))
        {
            await CallsOutput.WriteAsync(await client.AskAsync(prompt, null, cancellationToken), cancellationToken);
        }
        else
        {
            await AnswerStream.WriteAsync(
                client, client.StreamAsync(prompt, null, cancellationToken), null, cancellationToken);
        }
        return ExitStatus.Ok;
    }
}
