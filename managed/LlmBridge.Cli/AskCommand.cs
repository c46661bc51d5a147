using System.CommandLine;
using System.Text.Json;

namespace LlmBridge.Cli;

/// <summary>llmbridge ask PROMPT: prints the answer as it comes.</summary>
internal static class AskCommand
{
    public static Command Make()
    {
        var prompt = new Argument<string>("PROMPT") { Description = "What to ask; - reads it from stdin" };
        var command = new Command("ask", "Asks the model and prints its answer") { prompt };
        var options = new CommonOptions(command);
        command.SetAction((result, _) =>
        {
            bool json = options.Json(result);
            return CommandRun.RunAsync(json, interrupt => AskAsync(result.GetRequiredValue(prompt), options.ToBridgeOptions(result), json, interrupt.Token));
        });
        return command;
    }

    private static async Task<int> AskAsync(string prompt, BridgeOptions options, bool json, CancellationToken cancellationToken)
    {
        if (prompt == "-") prompt = await StandardInput.ReadTextAsync(cancellationToken);
        await using LlmClient client = await LlmClient.OpenAsync(options, cancellationToken);
        if (!json) DemonstrationModel.Announce(options);
        if (json) await PrintReplyAsync(client, prompt, cancellationToken);
        else await AnswerStream.WriteAsync(client, prompt, null, cancellationToken);
        return ExitStatus.Ok;
    }

    private static async Task PrintReplyAsync(LlmClient client, string prompt, CancellationToken cancellationToken)
    {
        LlmReply reply = await client.AskAsync(prompt, null, cancellationToken);
        await using Stream output = StandardOutput.Open();
        await using (var json = new Utf8JsonWriter(output, Json.Options)) Write(json, reply);
        await output.WriteAsync("\n"u8.ToArray(), cancellationToken);
    }

    private static void Write(Utf8JsonWriter json, LlmReply reply)
    {
        json.WriteStartObject();
        json.WriteString("text", reply.Text);
        json.WriteString("engine", reply.Engine);
        json.WriteBoolean("fallback", reply.Fallback);
        json.WriteString("finish_reason", reply.FinishReason.Name());
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", reply.Usage.PromptTokens);
        json.WriteNumber("completion_tokens", reply.Usage.CompletionTokens);
        json.WriteEndObject();
        Json.WriteTimings(json, reply.Timings);
        json.WriteNumber("attempts", reply.Attempts);
        json.WriteEndObject();
    }
}
