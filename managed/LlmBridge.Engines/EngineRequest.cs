using LlmBridge.Interop;

namespace LlmBridge.Engines;

/// <summary>One call as the engine sees it; valid until the method that got it has ended.</summary>
public sealed class EngineRequest
{
    private readonly nint _request;
    private readonly ulong _deadlineNs;

    internal EngineRequest(nint request)
    {
        _request = request;
        _deadlineNs = NativeRequest.DeadlineNs(request);
        Kind = NativeRequest.Kind(request);
        Texts = NativeRequest.Texts(request);
    }

    internal NativeRequestKind Kind { get; }

    internal ulong DeadlineNs => _deadlineNs;

    /// <summary>The prompt, or the texts to embed.</summary>
    public IReadOnlyList<string> Texts { get; }

    /// <summary>The first of the texts.</summary>
    public string Prompt => Texts[0];

    /// <summary>The call settings that the host has set, as text.</summary>
    public IReadOnlyDictionary<string, string> Settings => NativeRequest.SettingsGiven(_request);

    /// <summary>A call setting as text; its default where it was not set, null if there is neither.</summary>
    public string? Setting(string name) => NativeRequest.Setting(_request, name);

    /// <summary>The time until the deadline; infinite if there is none.</summary>
    public TimeSpan Remaining
    {
        get
        {
            if (_deadlineNs == NativeClock.Never) return Timeout.InfiniteTimeSpan;
            ulong now = NativeClock.NowNs();
            return now >= _deadlineNs ? TimeSpan.Zero : TimeSpan.FromMilliseconds((_deadlineNs - now) / 1e6);
        }
    }

    /// <summary>Says that work goes on. A request that neither yields nor says so within the stall limit counts as
    /// hung.</summary>
    public void Progress() => NativeRequest.Progress(_request);

    /// <summary>Why the answer ended; to be set before it does.</summary>
    public LlmFinishReason FinishReason { get; set; } = LlmFinishReason.Stop;

    /// <summary>What the model thought apart from its answer; to be set before that ends.</summary>
    public string? Reasoning { get; set; }

    /// <summary>The tools that the model calls, as a JSON array of {"id", "name", "arguments"}, arguments an object; to
    /// be set before the answer ends. Its finish reason is <see cref="LlmFinishReason.ToolCalls"/> then.</summary>
    public string? ToolCalls { get; set; }

    /// <summary>Tokens of the prompt; to be set before the answer ends.</summary>
    public long PromptTokens { get; set; }

    /// <summary>Tokens of the answer; where it is not set, as many as there were pieces.</summary>
    public long? CompletionTokens { get; set; }

    /// <summary>How probable the answer's tokens were, for a call with the setting logprobs; to be set before the
    /// answer ends. A JSON array with an object for each token: token, its text; logprob, a number; top_logprobs, an
    /// array of objects like it; id, a number, and bytes, where the token is no UTF-8 by itself, are
    /// optional.</summary>
    public string? LogProbabilitiesJson { get; set; }
}
