using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmBridge;

/// <summary>Conversations of Microsoft.Extensions.AI as the library takes them: text, reasoning, calls of functions and
/// their results.</summary>
internal static class MessageMapping
{
    /// <exception cref="NotSupportedException">A message holds what no engine of ours reads.</exception>
    public static IReadOnlyList<LlmMessage> Map(IEnumerable<ChatMessage> messages, string? instructions)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var mapped = new List<LlmMessage>();
        foreach (ChatMessage message in messages)
        {
            ArgumentNullException.ThrowIfNull(message, nameof(messages));
            LlmRole role = Role(message.Role);
            if (role == LlmRole.Tool) mapped.AddRange(Results(message));
            else mapped.Add(Said(message, role));
        }
        if (!string.IsNullOrEmpty(instructions)) Instruct(mapped, instructions);
        return mapped;
    }

    /// <summary>Most templates know one system message, and that at the beginning.</summary>
    private static void Instruct(List<LlmMessage> messages, string instructions)
    {
        if (messages is [{ Role: LlmRole.System } first, ..])
        {
            messages[0] = new LlmMessage(LlmRole.System, instructions + "\n" + first.Text);
        }
        else
        {
            messages.Insert(0, new LlmMessage(LlmRole.System, instructions));
        }
    }

    private static LlmRole Role(ChatRole role) => role.Value.ToLowerInvariant() switch
    {
        "system" or "developer" => LlmRole.System,
        "user" => LlmRole.User,
        "assistant" => LlmRole.Assistant,
        "tool" => LlmRole.Tool,
        _ => throw new NotSupportedException(
            $"a message of role '{role.Value}': the roles are system, user, assistant and tool"),
    };

    private static LlmMessage Said(ChatMessage message, LlmRole role)
    {
        StringBuilder text = new(), reasoning = new();
        var calls = new List<LlmToolCall>();
        foreach (AIContent content in message.Contents)
        {
            switch (content)
            {
                case TextContent said: text.Append(said.Text); break;
                case TextReasoningContent thought: reasoning.Append(thought.Text); break;
                case FunctionCallContent call:
                    calls.Add(new LlmToolCall(call.CallId, call.Name, Arguments(call)));
                    break;
                case UsageContent: break; // of a response that is a part of the conversation now
                default: throw Unreadable(content);
            }
        }
        return new LlmMessage(role, text.ToString())
        {
            Reasoning = reasoning.Length > 0 ? reasoning.ToString() : null,
            ToolCalls = calls.Count > 0 ? calls : null,
        };
    }

    private static IEnumerable<LlmMessage> Results(ChatMessage message) => message.Contents.Select(content =>
        content is FunctionResultContent result
            ? new LlmMessage(LlmRole.Tool, Text(result)) { ToolCallId = result.CallId }
            : throw Unreadable(content));

    private static string Arguments(FunctionCallContent call) => JsonSerializer.Serialize(
        call.Arguments ?? new Dictionary<string, object?>(),
        AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(IDictionary<string, object?>)));

    private static string Text(FunctionResultContent result) => result.Result switch
    {
        null => result.Exception is { } failure ? "Error: " + failure.Message : "",
        string text => text,
        JsonElement { ValueKind: JsonValueKind.String } json => json.GetString()!,
        { } value => JsonSerializer.Serialize(value, AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(object))),
    };

    private static NotSupportedException Unreadable(AIContent content) =>
        new($"a message holds {content.GetType().Name}: "
            + "engines of llmbridge read text, reasoning and calls of functions");
}
