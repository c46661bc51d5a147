using System.Text.Json;

namespace LlmBridge.Serve.Responses;

/// <summary>What a request of OpenAI's Responses API lets the model call, and how it may think.</summary>
internal static class ResponsesTools
{
    private const string ChoiceName = "tool_choice";
    private const string Parallel = "parallel_tool_calls";

    /// <summary>Puts tools, tool_choice, parallel_tool_calls and reasoning into the call's options.</summary>
    public static void Read(RequestBody body, CallOptions options)
    {
        if (body.Field("reasoning") is { } reasoning) options.Thinking = Thinking(reasoning);
        bool? isParallel = body.Field(Parallel) is null ? null : body.Flag(Parallel);
        if (body.Field("tools") is not { } tools)
        {
            CheckNoChoice(body);
            return;
        }
        if (tools.ValueKind != JsonValueKind.Array) throw ApiException.Wrong("tools", "allowed is an array");
        if (tools.GetArrayLength() == 0)
        {
            CheckNoChoice(body);
            return;
        }
        options.Tools = LlmTool.Json([.. tools.EnumerateArray().Select((tool, i) => Tool(tool, $"tools[{i}]"))]);
        options.SchemaMode ??= LlmSchemaMode.Lenient;
        options.ParallelToolCalls = isParallel;
        if (body.Field(ChoiceName) is { } choice) options.ToolChoice = Choice(choice);
    }

    private static void CheckNoChoice(RequestBody body)
    {
        if (body.Text(ChoiceName) is null or "none" or "auto") return;
        throw ApiException.Wrong(ChoiceName, "there are no tools");
    }

    private static LlmTool Tool(JsonElement tool, string at)
    {
        if (tool.ValueKind != JsonValueKind.Object) throw ApiException.Wrong(at, "allowed is an object");
        string type = RequestBody.Member(tool, "type", at);
        if (type != "function")
        {
            throw ApiException.Unsupported(at + ".type", $"allowed is function; \"{type}\" is run by nobody here");
        }
        string? description = RequestBody.Field(tool, "description") is { } said
            ? RequestBody.Text(said, at + ".description")
            : null;
        return new LlmTool(
            RequestBody.Member(tool, "name", at), description, RequestBody.Field(tool, "parameters")?.GetRawText());
    }

    private static string Choice(JsonElement choice)
    {
        if (choice.ValueKind == JsonValueKind.String) return RequestBody.Text(choice, ChoiceName);
        if (choice.ValueKind != JsonValueKind.Object
            || RequestBody.Member(choice, "type", ChoiceName) != "function")
        {
            throw ApiException.Wrong(ChoiceName, "allowed is none, auto, required, or an object that names a function");
        }
        return RequestBody.Member(choice, "name", ChoiceName);
    }

    private static LlmThinking Thinking(JsonElement reasoning)
    {
        const string Name = "reasoning";
        if (reasoning.ValueKind != JsonValueKind.Object) throw ApiException.Wrong(Name, "allowed is an object");
        if (RequestBody.Field(reasoning, "effort") is not { } effort) return LlmThinking.Auto;
        return ThinkingEffort.Read(effort, Name + ".effort");
    }
}
