using System.Text;
using System.Text.Json;

namespace LlmBridge.Serve.Responses;

/// <summary>A request of OpenAI's Responses API.</summary>
internal sealed record ResponsesRequest
{
    private const int ItemsMax = 4096;
    private const long TokensMax = 1_048_576;

    /// <summary>What is said anew, in order.</summary>
    public required IReadOnlyList<LlmMessage> Input { get; init; }

    /// <summary>What holds for this response alone.</summary>
    public string? Instructions { get; init; }

    /// <summary>The response that this one goes on from.</summary>
    public string? Previous { get; init; }

    /// <summary>Whether it is kept, so that others can go on from it.</summary>
    public bool IsStored { get; init; }

    public bool IsStream { get; init; }

    public required CallOptions Options { get; init; }

    /// <summary>The request's own tools and tool_choice, which live as long as its body.</summary>
    public JsonElement? Tools { get; init; }

    public JsonElement? ToolChoice { get; init; }

    public static ResponsesRequest Read(RequestBody body, TimeSpan? deadline)
    {
        foreach (string name in (string[])["background", "conversation", "prompt", "top_logprobs"])
        {
            body.Refuse(name, "it is not served");
        }
        var options = new CallOptions
        {
            Timeout = deadline,
            MaxOutputTokens = (int?)body.Whole("max_output_tokens", 1, TokensMax),
            Temperature = body.Number("temperature", 0, 100),
            TopP = body.Number("top_p", 0, 1),
        };
        if (body.Field("text") is { } text) ReadFormat(text, options);
        ResponsesTools.Read(body, options);
        return new ResponsesRequest
        {
            Input = ReadInput(body),
            Instructions = body.Text("instructions"),
            Previous = body.Text("previous_response_id"),
            IsStored = body.Field("store") is null || body.Flag("store"),
            IsStream = body.Flag("stream"),
            Options = options,
            Tools = body.Field("tools"),
            ToolChoice = body.Field("tool_choice"),
        };
    }

    private static void ReadFormat(JsonElement text, CallOptions options)
    {
        if (text.ValueKind != JsonValueKind.Object) throw ApiException.Wrong("text", "allowed is an object");
        if (RequestBody.Field(text, "format") is { } format)
        {
            Sampling.ReadFormat(format, "text.format", format, "schema", options);
        }
    }

    private static List<LlmMessage> ReadInput(RequestBody body)
    {
        const string Name = "input";
        JsonElement input = body.Field(Name) ?? throw ApiException.Wrong(Name, "it is missing");
        if (input.ValueKind == JsonValueKind.String) return [new(LlmRole.User, RequestBody.Text(input, Name))];
        if (input.ValueKind != JsonValueKind.Array || input.GetArrayLength() is 0 or > ItemsMax)
        {
            throw ApiException.Wrong(Name, $"allowed is a text, or an array of 1 to {ItemsMax} items");
        }
        var messages = new List<LlmMessage>();
        foreach ((int i, JsonElement item) in input.EnumerateArray().Index())
        {
            LlmMessage message = ReadItem(item, $"{Name}[{i}]");
            if (messages.LastOrDefault() is { } before && IsOneAnswer(before, message))
            {
                messages[^1] = Joined(before, message);
            }
            else messages.Add(message);
        }
        return messages;
    }

    /// <summary>A model's reasoning, text and calls are items of their own, and one message of the
    /// conversation.</summary>
    private static bool IsOneAnswer(LlmMessage before, LlmMessage message) =>
        before.Role == LlmRole.Assistant && message.Role == LlmRole.Assistant
        && (message.ToolCalls is not null || before is { ToolCalls: null, Text.Length: 0 });

    private static LlmMessage Joined(LlmMessage before, LlmMessage message)
    {
        List<LlmToolCall> calls = [.. before.ToolCalls ?? [], .. message.ToolCalls ?? []];
        return new LlmMessage(LlmRole.Assistant, before.Text + message.Text)
        {
            Reasoning = before.Reasoning ?? message.Reasoning,
            ToolCalls = calls.Count > 0 ? calls : null,
        };
    }

    private static LlmMessage ReadItem(JsonElement item, string at)
    {
        if (item.ValueKind != JsonValueKind.Object) throw ApiException.Wrong(at, "allowed is an object");
        switch (RequestBody.Field(item, "type") is { } given ? RequestBody.Text(given, at + ".type") : "message")
        {
            case "message":
                LlmRole role = RequestBody.Member(item, "role", at) switch
                {
                    "system" or "developer" => LlmRole.System,
                    "user" => LlmRole.User,
                    "assistant" => LlmRole.Assistant,
                    _ => throw ApiException.Wrong(at + ".role", "allowed is system, developer, user or assistant"),
                };
                return new LlmMessage(role, ReadContent(item, at));
            case "function_call":
                var call = new LlmToolCall(
                    RequestBody.Member(item, "call_id", at), RequestBody.Member(item, "name", at),
                    RequestBody.Member(item, "arguments", at));
                return new LlmMessage(LlmRole.Assistant, "") { ToolCalls = [call] };
            case "reasoning":
                return new LlmMessage(LlmRole.Assistant, "") { Reasoning = ReadReasoning(item, at) };
            case "function_call_output":
                return new LlmMessage(LlmRole.Tool, RequestBody.Member(item, "output", at))
                {
                    ToolCallId = RequestBody.Member(item, "call_id", at),
                };
            default:
                throw ApiException.Unsupported(
                    at + ".type", "allowed is message, reasoning, function_call, function_call_output");
        }
    }

    /// <summary>What is encrypted is readable by nobody but the server that made it.</summary>
    private static string ReadReasoning(JsonElement item, string at) =>
        RequestBody.Field(item, "content") is null ? "" : ReadContent(item, at);

    private static string ReadContent(JsonElement item, string at)
    {
        at += ".content";
        JsonElement content = RequestBody.Field(item, "content") ?? throw ApiException.Wrong(at, "it is missing");
        if (content.ValueKind == JsonValueKind.String) return RequestBody.Text(content, at);
        if (content.ValueKind != JsonValueKind.Array)
        {
            throw ApiException.Wrong(at, "allowed is a text, or an array of parts");
        }
        var text = new StringBuilder();
        foreach ((int i, JsonElement part) in content.EnumerateArray().Index())
        {
            string here = $"{at}[{i}]";
            if (part.ValueKind != JsonValueKind.Object) throw ApiException.Wrong(here, "allowed is an object");
            string type = RequestBody.Member(part, "type", here);
            if (type is not ("input_text" or "output_text" or "text" or "reasoning_text"))
            {
                throw ApiException.Unsupported(here, $"a part of type \"{type}\" cannot be read");
            }
            text.Append(RequestBody.Member(part, "text", here));
        }
        return text.ToString();
    }
}
