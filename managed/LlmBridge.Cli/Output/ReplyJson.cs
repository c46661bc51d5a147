using System.Text.Json;

namespace LlmBridge.Cli;

/// <summary>A reply as one JSON object on a line of stdout.</summary>
internal static class ReplyJson
{
    public static async Task WriteAsync(LlmReply reply, CancellationToken cancellationToken)
    {
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
        json.WriteNumber("cached_prompt_tokens", reply.Usage.CachedPromptTokens);
        json.WriteNumber("completion_tokens", reply.Usage.CompletionTokens);
        json.WriteEndObject();
        Json.WriteTimings(json, reply.Timings);
        json.WriteNumber("attempts", reply.Attempts);
        json.WriteEndObject();
    }
}
