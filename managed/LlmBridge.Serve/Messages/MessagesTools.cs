using System.Text.Json;

namespace LlmBridge.Serve.Messages;

/// <summary>What a request of Anthropic's Messages API lets the model call, and how it may think.</summary>
internal static class MessagesTools
{
    private const string ChoiceName = "tool_choice";

    /// <summary>Puts tools, tool_choice and thinking into the call's options.</summary>
    public static void Read(RequestBody body, CallOptions options)
    {
        if (body.Field("thinking") is { } thinking) options.Thinking = Thinking(thinking);
        if (body.Field("tools") is not { } tools)
        {
            body.Refuse(ChoiceName, "there are no tools");
            return;
        }
        if (tools.ValueKind != JsonValueKind.Array) throw ApiException.Wrong("tools", "allowed is an array");
        if (tools.GetArrayLength() == 0)
        {
            body.Refuse(ChoiceName, "there are no tools");
            return;
        }
        options.Tools = LlmTool.Json([.. tools.EnumerateArray().Select((tool, i) => Tool(tool, $"tools[{i}]"))]);
        options.SchemaMode ??= LlmSchemaMode.Lenient;
        if (body.Field(ChoiceName) is { } choice) ReadChoice(choice, options);
    }

    private static LlmTool Tool(JsonElement tool, string at)
    {
        if (tool.ValueKind != JsonValueKind.Object) throw ApiException.Wrong(at, "allowed is an object");
        if (RequestBody.Field(tool, "type") is { } type && RequestBody.Text(type, at + ".type") != "custom")
        {
            throw ApiException.Unsupported(at + ".type", "allowed is custom: no server of tools is asked");
        }
        string? description = RequestBody.Field(tool, "description") is { } said
            ? RequestBody.Text(said, at + ".description")
            : null;
        return new LlmTool(
            RequestBody.Member(tool, "name", at), description, RequestBody.Field(tool, "input_schema")?.GetRawText());
    }

    private static void ReadChoice(JsonElement choice, CallOptions options)
    {
        if (choice.ValueKind != JsonValueKind.Object) throw ApiException.Wrong(ChoiceName, "allowed is an object");
        options.ToolChoice = RequestBody.Member(choice, "type", ChoiceName) switch
        {
            "auto" => "auto",
            "any" => "required",
            "none" => "none",
            "tool" => RequestBody.Member(choice, "name", ChoiceName),
            _ => throw ApiException.Wrong(ChoiceName + ".type", "allowed is auto, any, none or tool"),
        };
        const string Alone = "disable_parallel_tool_use";
        switch (RequestBody.Field(choice, Alone)?.ValueKind)
        {
            case JsonValueKind.True:
                options.ParallelToolCalls = false;
                break;
            case null or JsonValueKind.False:
                break;
            default:
                throw ApiException.Wrong($"{ChoiceName}.{Alone}", "allowed is true or false");
        }
    }

    /// <summary>How many tokens it may think is the model's to decide: budget_tokens is part of max_tokens.</summary>
    private static LlmThinking Thinking(JsonElement thinking)
    {
        const string Name = "thinking";
        if (thinking.ValueKind != JsonValueKind.Object) throw ApiException.Wrong(Name, "allowed is an object");
        return RequestBody.Member(thinking, "type", Name) switch
        {
            "enabled" => LlmThinking.On,
            "disabled" => LlmThinking.Off,
            "adaptive" => LlmThinking.Auto,
            _ => throw ApiException.Wrong(Name + ".type", "allowed is enabled, disabled or adaptive"),
        };
    }
}
