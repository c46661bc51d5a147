using System.CommandLine;

namespace LlmBridge.Cli;

/// <summary>llmbridge tokens TEXT: how many tokens a text has.</summary>
internal static class TokensCommand
{
    public static Command Make()
    {
        var text = new Argument<string>("TEXT") { Description = "What to count; - reads it from stdin" };
        var command = new Command("tokens", "Counts the tokens of a text") { text };
        var options = new CommonOptions(command);
        command.SetAction((result, _) =>
        {
            bool json = options.Json(result);
            return CommandRun.RunAsync(json, interrupt => CountAsync(
                result.GetRequiredValue(text), options.ToBridgeOptions(result), json, interrupt.Token));
        });
        return command;
    }

    private static async Task<int> CountAsync(
        string text, BridgeOptions options, bool json, CancellationToken cancellationToken)
    {
        if (text == "-") text = await StandardInput.ReadTextAsync(cancellationToken);
        await using LlmClient client = await LlmClient.OpenAsync(options, cancellationToken);
        long count = await client.CountTokensAsync(text, cancellationToken);
        Console.Out.WriteLine(json ? $"{{\"tokens\":{count}}}" : $"{count}");
        return ExitStatus.Ok;
    }
}
