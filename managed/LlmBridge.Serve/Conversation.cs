using System.Text;
using System.Text.Json;

namespace LlmBridge.Serve;

/// <summary>Reads a request's messages.</summary>
internal static class Conversation
{
    private const int MessagesMax = 4096;

    /// <summary>The messages, of which the last is to be answered.</summary>
    public static IReadOnlyList<LlmMessage> Read(RequestBody body)
    {
        const string Name = "messages";
        if (body.Field(Name) is not { ValueKind: JsonValueKind.Array } given
            || given.GetArrayLength() is 0 or > MessagesMax)
        {
            throw ApiException.Wrong(Name, $"allowed is an array of 1 to {MessagesMax} messages");
        }
        return [.. given.EnumerateArray().Select((message, i) => Read(message, $"{Name}[{i}]"))];
    }

    /// <summary>One message.</summary>
    public static LlmMessage Read(JsonElement message, string at)
    {
        if (message.ValueKind != JsonValueKind.Object) throw ApiException.Wrong(at, "allowed is an object");
        LlmRole role = Text(message, "role", at) switch
        {
            "system" or "developer" => LlmRole.System,
            "user" => LlmRole.User,
            "assistant" => LlmRole.Assistant,
            "tool" => LlmRole.Tool,
            _ => throw ApiException.Wrong(
                at + ".role", "allowed is system, developer, user, assistant or tool"),
        };
        IReadOnlyList<LlmToolCall>? calls = Calls(message, at);
        string? content = RequestBody.Field(message, "content") is { } said ? Content(said, at + ".content") : null;
        if (content is null && calls is null) throw ApiException.Wrong(at + ".content", "it is missing");
        return new LlmMessage(role, content ?? "")
        {
            Name = Text(message, "name", at),
            Reasoning = Text(message, "reasoning_content", at),
            ToolCalls = calls,
            ToolCallId = Text(message, "tool_call_id", at),
        };
    }

    /// <summary>A text, or texts in parts.</summary>
    private static string Content(JsonElement content, string at)
    {
        if (content.ValueKind == JsonValueKind.String) return RequestBody.Text(content, at);
        if (content.ValueKind != JsonValueKind.Array)
        {
            throw ApiException.Wrong(at, "allowed is a text, or an array of parts");
        }
        var text = new StringBuilder();
        int i = 0;
        foreach (JsonElement part in content.EnumerateArray())
        {
            string here = $"{at}[{i++}]";
            if (part.ValueKind != JsonValueKind.Object) throw ApiException.Wrong(here, "allowed is an object");
            string? type = Text(part, "type", here);
            if (type != "text") throw ApiException.Unsupported(here, $"a part of type \"{type}\" cannot be read");
            text.Append(Text(part, "text", here) ?? throw ApiException.Wrong(here + ".text", "it is missing"));
        }
        return text.ToString();
    }

    private static List<LlmToolCall>? Calls(JsonElement message, string at)
    {
        if (RequestBody.Field(message, "tool_calls") is not { } given) return null;
        if (given.ValueKind != JsonValueKind.Array) throw ApiException.Wrong(at + ".tool_calls", "allowed is an array");
        var calls = new List<LlmToolCall>();
        foreach (JsonElement call in given.EnumerateArray())
        {
            string here = $"{at}.tool_calls[{calls.Count}]";
            if (call.ValueKind != JsonValueKind.Object
                || RequestBody.Field(call, "function") is not { ValueKind: JsonValueKind.Object } function)
            {
                throw ApiException.Wrong(here, "allowed is an object with a function");
            }
            calls.Add(new LlmToolCall(
                Text(call, "id", here) ?? "", RequestBody.Member(function, "name", here + ".function"),
                Text(function, "arguments", here) ?? "{}"));
        }
        return calls.Count > 0 ? calls : null;
    }

    private static string? Text(JsonElement of, string name, string at) =>
        RequestBody.Field(of, name) is { } value ? RequestBody.Text(value, $"{at}.{name}") : null;

    /// <summary>The call for a conversation: one question, with what holds for the whole of it, is a prompt, which
    /// engines understand that know no conversations.</summary>
    public static CallInput InputOf(IReadOnlyList<LlmMessage> messages, CallOptions options)
    {
        bool isQuestion = messages.Count <= 2 && messages[^1] is { Role: LlmRole.User, Name: null, Text.Length: > 0 }
            && (messages.Count == 1 || messages[0] is { Role: LlmRole.System, Name: null });
        if (!isQuestion) return CallInput.Of(messages, options);
        if (messages.Count == 2) options.Instructions = messages[0].Text;
        return CallInput.Of(messages[^1].Text, options);
    }
}
