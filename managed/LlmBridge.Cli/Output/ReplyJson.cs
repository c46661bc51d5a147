using System.Text.Json;
using System.Text.Json.Serialization;

namespace LlmBridge.Cli;

/// <summary>A reply as one JSON object on a line of stdout.</summary>
/// <param name="Sandbox">The layers that hold in the engine that answered.</param>
internal sealed record ReplyJson(
    string Text, string Engine, bool Fallback, string FinishReason, UsageJson Usage, TimingsJson TimingsMs,
    int Attempts, long Replaced, IReadOnlyList<string> Sandbox,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Constrained,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<LogprobJson>? Logprobs,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<CalledJson>? ToolCalls,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reasoning)
{
    public static async Task WriteAsync(LlmReply reply, LlmSandboxLayers layers, CancellationToken cancellationToken)
    {
        await using Stream output = StandardOutput.Open();
        await output.WriteAsync(Json.Line(Of(reply, layers), Json.Readable.ReplyJson), cancellationToken);
    }

    private static ReplyJson Of(LlmReply reply, LlmSandboxLayers layers) => new(
        reply.Text, reply.Engine, reply.Fallback, reply.FinishReason.Name(), UsageJson.Of(reply.Usage),
        TimingsJson.Of(reply.Timings), reply.Attempts, reply.Replaced, layers.Names(), reply.Constrained,
        reply.LogProbabilities?.Select(LogprobJson.Of).ToArray(),
        reply.ToolCalls.Count > 0 ? [.. reply.ToolCalls.Select(CalledJson.Of)] : null,
        reply.Reasoning.Length > 0 ? reply.Reasoning : null);
}

/// <summary>A function that the model calls.</summary>
internal sealed record CalledJson(string Id, string Name, JsonElement Arguments)
{
    private static readonly JsonDocumentOptions s_deep = new() { MaxDepth = 1024 };

    public static CalledJson Of(LlmToolCall call)
    {
        using JsonDocument arguments = JsonDocument.Parse(call.ArgumentsJson, s_deep);
        return new CalledJson(call.Id, call.Name, arguments.RootElement.Clone());
    }
}

internal sealed record UsageJson(long PromptTokens, long CachedPromptTokens, long CompletionTokens)
{
    public static UsageJson Of(LlmUsage usage) =>
        new(usage.PromptTokens, usage.CachedPromptTokens, usage.CompletionTokens);
}

internal sealed record TimingsJson(double Queue, double Start, double FirstToken, double Total)
{
    public static TimingsJson Of(LlmTimings timings) => new(
        Json.Milliseconds(timings.Queue), Json.Milliseconds(timings.Start), Json.Milliseconds(timings.FirstToken),
        Json.Milliseconds(timings.Total));
}
