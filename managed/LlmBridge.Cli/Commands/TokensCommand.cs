using System.CommandLine;
using System.Text.Json;

namespace LlmBridge.Cli;

/// <summary>llmbridge tokens TEXT: how many tokens a text has, or which.</summary>
internal static class TokensCommand
{
    public static Command Make()
    {
        var text = new Argument<string>("TEXT") { Description = "What to count; - reads it from stdin" };
        var list = new Option<bool>("--list") { Description = "Print each token: its number and its text" };
        var command = new Command("tokens", "Counts the tokens of a text, or lists them") { text, list };
        var options = new CommonOptions(command);
        command.SetAction((result, _) =>
        {
            bool json = options.Json(result);
            return CommandRun.RunAsync(json, interrupt => RunAsync(
                result.GetRequiredValue(text), options.ToBridgeOptions(result), json, result.GetValue(list),
                interrupt.Token));
        });
        return command;
    }

    private static async Task<int> RunAsync(
        string text, BridgeOptions options, bool json, bool lists, CancellationToken cancellationToken)
    {
        if (text == "-") text = await StandardInput.ReadTextAsync(cancellationToken);
        await using LlmClient client = await LlmClient.OpenAsync(options, cancellationToken);
        if (lists) return await ListAsync(client, text, json, cancellationToken);
        long count = await client.CountTokensAsync(text, cancellationToken);
        Console.Out.WriteLine(json ? $"{{\"tokens\":{count}}}" : $"{count}");
        return ExitStatus.Ok;
    }

    /// <summary>A line for each token: its number and its text as JSON has it, so that blanks and control characters
    /// can be seen.</summary>
    private static async Task<int> ListAsync(
        LlmClient client, string text, bool json, CancellationToken cancellationToken)
    {
        var spelled = new CallOptions { Special = LlmSpecial.Parse };
        IReadOnlyList<int> tokens = await client.TokenizeAsync(text, null, cancellationToken);
        var texts = new Dictionary<int, string>();
        foreach (int token in tokens.Distinct())
        {
            texts[token] = await client.DetokenizeAsync([token], spelled, cancellationToken);
        }
        if (json)
        {
            var all = new TokensJson([.. tokens.Select(token => new TokenJson(token, texts[token]))]);
            Console.Out.WriteLine(JsonSerializer.Serialize(all, Json.Readable.TokensJson));
            return ExitStatus.Ok;
        }
        foreach (int token in tokens)
        {
            Console.Out.WriteLine($"{token}\t{JsonSerializer.Serialize(texts[token], Json.Readable.String)}");
        }
        return ExitStatus.Ok;
    }
}
