namespace LlmBridge.OpenAI;

/// <summary>What a kind of server takes beyond OpenAI's own interface.</summary>
/// <param name="Name">The kind's name.</param>
/// <param name="RepeatPenalty">What it calls repeat_penalty; null where it has none.</param>
/// <param name="HasTopK">Takes top_k and min_p.</param>
/// <param name="HasMinTokens">Takes min_tokens.</param>
/// <param name="Continues">Goes on with an assistant's message that was begun: so an answer moves to another
/// replica.</param>
/// <param name="ContinueFlags">Wants to be told so by continue_final_message.</param>
/// <param name="TellsPrompt">Tells how far it is with the prompt, asked by return_progress.</param>
public sealed record ServerDialect(
    string Name,
    string? RepeatPenalty,
    bool HasTopK,
    bool HasMinTokens,
    bool Continues,
    bool ContinueFlags,
    bool TellsPrompt)
{
    /// <summary>Takes chat_template_kwargs, which say whether the model thinks.</summary>
    public bool TakesThinking => HasTopK && Name != "llmbridge";

    /// <summary>OpenAI's own interface and nothing more.</summary>
    public static ServerDialect Plain { get; } = new("openai", null, false, false, false, false, false);

    private static readonly Dictionary<string, ServerDialect> s_byOwner = new(StringComparer.OrdinalIgnoreCase)
    {
        ["llamacpp"] = new("llama-server", "repeat_penalty", true, false, true, false, true),
        ["llmbridge"] = new("llmbridge", "repeat_penalty", true, true, false, false, false),
        ["vllm"] = new("vllm", "repetition_penalty", true, true, true, true, false),
        ["sglang"] = new("sglang", "repetition_penalty", true, true, true, true, false),
    };

    /// <summary>The dialect of the server whose models say this as their owner.</summary>
    public static ServerDialect OfOwner(string? owner) =>
        owner is not null && s_byOwner.TryGetValue(owner, out ServerDialect? dialect) ? dialect : Plain;
}
