namespace LlmBridge;

/// <summary>A whole answer and what is known of it.</summary>
public sealed class LlmReply
{
    /// <summary>The answer.</summary>
    public required string Text { get; init; }

    /// <summary>The engine that answered, such as "llama".</summary>
    public required string Engine { get; init; }

    /// <summary>True when another engine than the first named answered.</summary>
    public bool Fallback { get; init; }

    /// <summary>Why the answer ended.</summary>
    public LlmFinishReason FinishReason { get; init; }

    /// <summary>What the answer cost in tokens.</summary>
    public LlmUsage Usage { get; init; }

    /// <summary>Where the time went.</summary>
    public LlmTimings Timings { get; init; }

    /// <summary>How many engines the call was given to; 1 is the normal case.</summary>
    public int Attempts { get; init; }

    /// <summary>How often the model said bytes that are no UTF-8, which became U+FFFD in the answer; 0 is the normal
    /// case.</summary>
    public long Replaced { get; init; }

    /// <summary>How much of the call's JSON Schema the engine kept to by itself: "full", "partial" or "none"; null
    /// where the call has none. The answer was checked against all of it in any case.</summary>
    public string? Constrained { get; init; }

    /// <summary>How probable each of its tokens was, where CallOptions.Logprobs asked for it and the engine told it;
    /// else null.</summary>
    public IReadOnlyList<LlmTokenLogProbability>? LogProbabilities { get; init; }

    /// <summary>The functions that the model calls, each one of the call's tools and with arguments by its schema;
    /// empty where it calls none.</summary>
    public IReadOnlyList<LlmToolCall> ToolCalls { get; init; } = [];

    /// <summary>What the model thought before its answer; empty for nothing.</summary>
    public string Reasoning { get; init; } = "";

    /// <summary>"failed" where what the model said could not be read as calls of functions and is all in
    /// <see cref="Text"/>, else "parsed"; null where there are no tools.</summary>
    public string? ToolParse { get; init; }

    /// <summary>The reply as a message of the conversation that goes on.</summary>
    public LlmMessage ToMessage() => new(LlmRole.Assistant, Text)
    {
        ToolCalls = ToolCalls.Count > 0 ? ToolCalls : null,
        Reasoning = Reasoning.Length > 0 ? Reasoning : null,
    };

    /// <summary>What is known of the answer, without its text: logs are not for that.</summary>
    public override string ToString() =>
        $"{Engine}: {Text.Length} characters, {FinishReason.Name()}, {Usage.CompletionTokens} tokens";
}

/// <summary>Tokens, as the engine counted them.</summary>
/// <param name="PromptTokens">Tokens of the prompt, a chat template's included.</param>
/// <param name="CompletionTokens">Tokens of the answer.</param>
public readonly record struct LlmUsage(long PromptTokens, long CompletionTokens)
{
    /// <summary>Of the prompt's tokens, those that the engine still knew from a call that begins alike and did not read
    /// again.</summary>
    public long CachedPromptTokens { get; init; }
}

/// <summary>Where the time of a call went.</summary>
/// <param name="Queue">Waiting for a slot.</param>
/// <param name="Start">Of that, waiting for an engine to start and load.</param>
/// <param name="FirstToken">From the start of the call to its first piece.</param>
/// <param name="Total">From the start of the call to its end.</param>
public readonly record struct LlmTimings(TimeSpan Queue, TimeSpan Start, TimeSpan FirstToken, TimeSpan Total);
