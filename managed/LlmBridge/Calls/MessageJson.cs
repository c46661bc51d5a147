using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LlmBridge;

/// <summary>A message as the setting messages has it: the shape that OpenAI's API has made common.</summary>
internal sealed record MessageJson(
    string Role, string Content, string? Name, string? ReasoningContent, IReadOnlyList<ToolCallJson>? ToolCalls,
    string? ToolCallId)
{
    /// <exception cref="ArgumentException">There is no message, or one is null.</exception>
    public static string Of(IEnumerable<LlmMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        LlmMessage[] given = [.. messages];
        if (given.Length == 0) throw new ArgumentException("a conversation needs a message", nameof(messages));
        int missing = Array.IndexOf(given, null);
        if (missing >= 0) throw new ArgumentException($"message {missing} is null", nameof(messages));
        MessageJson[] all = [.. given.Select(Of)];
        return JsonSerializer.Serialize(all, MessageJsonContext.Compact.MessageJsonArray);
    }

    private static MessageJson Of(LlmMessage message)
    {
        IReadOnlyList<ToolCallJson>? calls = message.ToolCalls is { Count: > 0 } made
            ? [.. made.Select(call => new ToolCallJson(call.Id, "function", new(call.Name, call.ArgumentsJson)))]
            : null;
        return new MessageJson(
            RoleName(message.Role), message.Text, message.Name, message.Reasoning, calls, message.ToolCallId);
    }

    private static string RoleName(LlmRole role) => role switch
    {
        LlmRole.System => "system",
        LlmRole.User => "user",
        LlmRole.Assistant => "assistant",
        LlmRole.Tool => "tool",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, null),
    };
}

internal sealed record ToolCallJson(string Id, string Type, ToolFunctionJson Function);

internal sealed record ToolFunctionJson(string Name, string Arguments);

[JsonSerializable(typeof(MessageJson[]))]
internal sealed partial class MessageJsonContext : JsonSerializerContext
{
    /// <summary>Nobody puts it into a page, so letters stay letters.</summary>
    public static MessageJsonContext Compact { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
