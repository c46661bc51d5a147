using System.Text;
using System.Text.Json;

namespace LlmBridge.Serve.Messages;

/// <summary>Reads a request of Anthropic's Messages API.</summary>
internal static class MessagesRequest
{
    private const int MessagesMax = 4096;
    private const int StopsMax = 16;
    private const long TokensMax = 1_048_576;

    /// <summary>The call for it.</summary>
    public static CallInput Read(RequestBody body, TimeSpan? deadline)
    {
        body.Refuse("mcp_servers", "no servers of tools are asked");
        body.Refuse("container", "nothing is run here");
        body.Refuse("output_format", "it is not served");
        if (body.Field("output_config") is { ValueKind: JsonValueKind.Object } output
            && RequestBody.Field(output, "format") is not null)
        {
            throw ApiException.Unsupported("output_config.format", "it is not served");
        }
        var options = new CallOptions
        {
            Timeout = deadline,
            MaxOutputTokens = (int?)body.Whole("max_tokens", 1, TokensMax)
                ?? throw ApiException.Wrong("max_tokens", "it is missing"),
            Temperature = body.Number("temperature", 0, 100),
            TopP = body.Number("top_p", 0, 1),
            TopK = (int?)body.Whole("top_k", 0, 1_000_000),
            StopSequences = body.Texts("stop_sequences", StopsMax) is { Count: > 0 } stops ? stops : null,
        };
        MessagesTools.Read(body, options);
        var messages = new List<LlmMessage>();
        if (body.Field("system") is { } system) messages.Add(new LlmMessage(LlmRole.System, Text(system, "system")));
        const string Name = "messages";
        if (body.Field(Name) is not { ValueKind: JsonValueKind.Array } given
            || given.GetArrayLength() is 0 or > MessagesMax)
        {
            throw ApiException.Wrong(Name, $"allowed is an array of 1 to {MessagesMax} messages");
        }
        foreach ((int i, JsonElement message) in given.EnumerateArray().Index())
        {
            ReadMessage(message, $"{Name}[{i}]", messages);
        }
        return Conversation.InputOf(messages, options);
    }

    private static void ReadMessage(JsonElement message, string at, List<LlmMessage> messages)
    {
        if (message.ValueKind != JsonValueKind.Object) throw ApiException.Wrong(at, "allowed is an object");
        string? role = RequestBody.Field(message, "role") is { } named ? RequestBody.Text(named, at + ".role") : null;
        JsonElement content = RequestBody.Field(message, "content")
            ?? throw ApiException.Wrong(at + ".content", "it is missing");
        switch (role)
        {
            case "user":
                ReadUser(content, at + ".content", messages);
                break;
            case "assistant":
                messages.Add(ReadAssistant(content, at + ".content"));
                break;
            default:
                throw ApiException.Wrong(at + ".role", "allowed is user or assistant");
        }
    }

    /// <summary>Results of tools are messages of their own, before what the user says.</summary>
    private static void ReadUser(JsonElement content, string at, List<LlmMessage> messages)
    {
        var text = new StringBuilder();
        bool hasText = false;
        foreach ((string here, string type, JsonElement block) in Blocks(content, at))
        {
            if (type == "tool_result")
            {
                string id = RequestBody.Member(block, "tool_use_id", here);
                string said = RequestBody.Field(block, "content") is { } result ? Text(result, here + ".content") : "";
                messages.Add(new LlmMessage(LlmRole.Tool, said) { ToolCallId = id });
                continue;
            }
            text.Append(TextOf(block, type, here));
            hasText = true;
        }
        if (hasText) messages.Add(new LlmMessage(LlmRole.User, text.ToString()));
        else if (messages.LastOrDefault() is not { Role: LlmRole.Tool })
        {
            throw ApiException.Wrong(at, "allowed is a text, or an array of at least one block");
        }
    }

    private static LlmMessage ReadAssistant(JsonElement content, string at)
    {
        var text = new StringBuilder();
        var reasoning = new StringBuilder();
        var calls = new List<LlmToolCall>();
        foreach ((string here, string type, JsonElement block) in Blocks(content, at))
        {
            switch (type)
            {
                case "tool_use":
                    calls.Add(new LlmToolCall(
                        RequestBody.Member(block, "id", here), RequestBody.Member(block, "name", here),
                        RequestBody.Field(block, "input")?.GetRawText() ?? "{}"));
                    break;
                case "thinking":
                    reasoning.Append(RequestBody.Member(block, "thinking", here));
                    break;
                case "redacted_thinking":
                    break; // readable by nobody but the server that made it
                default:
                    text.Append(TextOf(block, type, here));
                    break;
            }
        }
        return new LlmMessage(LlmRole.Assistant, text.ToString())
        {
            Reasoning = reasoning.Length > 0 ? reasoning.ToString() : null,
            ToolCalls = calls.Count > 0 ? calls : null,
        };
    }

    /// <summary>A text, or blocks of text, as one.</summary>
    private static string Text(JsonElement content, string at) =>
        string.Concat(Blocks(content, at).Select(one => TextOf(one.Block, one.Type, one.At)));

    private static IEnumerable<(string At, string Type, JsonElement Block)> Blocks(JsonElement content, string at)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            yield return (at, "", content);
            yield break;
        }
        if (content.ValueKind != JsonValueKind.Array)
        {
            throw ApiException.Wrong(at, "allowed is a text, or an array of content blocks");
        }
        foreach ((int i, JsonElement block) in content.EnumerateArray().Index())
        {
            string here = $"{at}[{i}]";
            if (block.ValueKind != JsonValueKind.Object) throw ApiException.Wrong(here, "allowed is an object");
            yield return (here, RequestBody.Member(block, "type", here), block);
        }
    }

    private static string TextOf(JsonElement block, string type, string at) => type switch
    {
        "" => RequestBody.Text(block, at),
        "text" => RequestBody.Member(block, "text", at),
        _ => throw ApiException.Unsupported(at, $"a content block of type \"{type}\" cannot be read here"),
    };
}
