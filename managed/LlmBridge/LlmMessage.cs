namespace LlmBridge;

/// <summary>Who says a message.</summary>
public enum LlmRole
{
    /// <summary>What holds for the whole conversation.</summary>
    System,

    /// <summary>The one who asks.</summary>
    User,

    /// <summary>The model.</summary>
    Assistant,

    /// <summary>A function that the model has called.</summary>
    Tool,
}

/// <summary>A message of a conversation.</summary>
/// <param name="role">Who says it.</param>
/// <param name="text">What is said; may be empty where the model only calls functions.</param>
public sealed class LlmMessage(LlmRole role, string text)
{
    /// <summary>Who says it.</summary>
    public LlmRole Role { get; } = role;

    /// <summary>What is said.</summary>
    public string Text { get; } = text ?? throw new ArgumentNullException(nameof(text));

    /// <summary>Who says it, by name, for templates that tell several users apart.</summary>
    public string? Name { get; init; }

    /// <summary>What the model thought before it answered, apart from the answer.</summary>
    public string? Reasoning { get; init; }

    /// <summary>The functions that the model calls in this message.</summary>
    public IReadOnlyList<LlmToolCall>? ToolCalls { get; init; }

    /// <summary>In a tool's message, the call that it answers.</summary>
    public string? ToolCallId { get; init; }

    /// <summary>Who speaks at what length, without the text: logs are not for that.</summary>
    public override string ToString() => $"{Role}: {Text.Length} characters";
}

/// <summary>A model's call of a function.</summary>
/// <param name="id">What the function's answer names it by.</param>
/// <param name="name">The function.</param>
/// <param name="argumentsJson">Its arguments: a JSON object.</param>
public sealed class LlmToolCall(string id, string name, string argumentsJson)
{
    /// <summary>What the function's answer names it by.</summary>
    public string Id { get; } = id ?? throw new ArgumentNullException(nameof(id));

    /// <summary>The function.</summary>
    public string Name { get; } = name ?? throw new ArgumentNullException(nameof(name));

    /// <summary>Its arguments: a JSON object.</summary>
    public string ArgumentsJson { get; } = argumentsJson ?? throw new ArgumentNullException(nameof(argumentsJson));

    /// <summary>The function and the call, without the arguments: logs are not for these.</summary>
    public override string ToString() => $"{Name} ({Id})";
}
