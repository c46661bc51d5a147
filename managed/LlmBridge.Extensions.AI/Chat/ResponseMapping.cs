using Microsoft.Extensions.AI;

namespace LlmBridge;

/// <summary>What is known of an answer, in the words of Microsoft.Extensions.AI.</summary>
internal static class ResponseMapping
{
    public static ChatFinishReason? Reason(LlmFinishReason reason) => reason switch
    {
        LlmFinishReason.None => null,
        LlmFinishReason.Stop or LlmFinishReason.StopString => ChatFinishReason.Stop,
        LlmFinishReason.Length => ChatFinishReason.Length,
        LlmFinishReason.ToolCalls => ChatFinishReason.ToolCalls,
        _ => new ChatFinishReason(reason.Name()),
    };

    public static UsageDetails Usage(LlmUsage usage) => new()
    {
        InputTokenCount = usage.PromptTokens,
        OutputTokenCount = usage.CompletionTokens,
        TotalTokenCount = usage.PromptTokens + usage.CompletionTokens,
        CachedInputTokenCount = usage.CachedPromptTokens,
    };

    /// <summary>What Microsoft.Extensions.AI has no word for, under the names that spans have.</summary>
    public static AdditionalPropertiesDictionary Facts(string engine, bool fallback, LlmTimings timings) => new()
    {
        ["llmbridge.engine"] = engine,
        ["llmbridge.fallback"] = fallback,
        ["llmbridge.queue.duration"] = timings.Queue,
        ["llmbridge.start.duration"] = timings.Start,
        ["llmbridge.first_token.duration"] = timings.FirstToken,
        ["llmbridge.duration"] = timings.Total,
    };
}
