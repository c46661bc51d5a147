namespace LlmBridge;

/// <summary>A step of an answer that streams: a piece of text, or, as the last one, how it ended.</summary>
public sealed class LlmUpdate
{
    /// <summary>The next piece of the answer; empty in the last update.</summary>
    public string Text { get; init; } = "";

    /// <summary>Why the answer ended; null in all updates but the last.</summary>
    public LlmFinishReason? FinishReason { get; init; }

    /// <summary>What the answer cost in tokens; null in all updates but the last.</summary>
    public LlmUsage? Usage { get; init; }

    /// <summary>Where the time went; null in all updates but the last.</summary>
    public LlmTimings? Timings { get; init; }

    /// <summary>The engine that answered; null in all updates but the last.</summary>
    public string? Engine { get; init; }

    /// <summary>The functions that the model calls; empty in all updates but the last.</summary>
    public IReadOnlyList<LlmToolCall> ToolCalls { get; init; } = [];

    /// <summary>What the model thought before its answer; empty in all updates but the last.</summary>
    public string Reasoning { get; init; } = "";

    /// <summary>True in the last update when another engine than the first named answered.</summary>
    public bool Fallback { get; init; }

    /// <summary>In the last update how probable each token of the answer was, where CallOptions.Logprobs asked for
    /// it.</summary>
    public IReadOnlyList<LlmTokenLogProbability>? LogProbabilities { get; init; }

    /// <summary>What is known of the step, without its text: logs are not for that.</summary>
    public override string ToString() =>
        FinishReason is { } reason ? $"{Engine}: {reason.Name()}" : $"{Text.Length} characters";

    internal static LlmUpdate Last(LlmReply reply) => new()
    {
        FinishReason = reply.FinishReason,
        Usage = reply.Usage,
        Timings = reply.Timings,
        Engine = reply.Engine,
        Fallback = reply.Fallback,
        LogProbabilities = reply.LogProbabilities,
        ToolCalls = reply.ToolCalls,
        Reasoning = reply.Reasoning,
    };
}
