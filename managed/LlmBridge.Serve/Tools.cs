using System.Text.Json;

namespace LlmBridge.Serve;

/// <summary>What a request lets the model call.</summary>
internal static class Tools
{
    private const string Parallel = "parallel_tool_calls";

    /// <summary>Puts tools, tool_choice and parallel_tool_calls into the call's options; the library checks
    /// them.</summary>
    public static void Read(RequestBody body, CallOptions options)
    {
        foreach (string name in (string[])["functions", "function_call"])
        {
            body.Refuse(name, "it is not served; allowed are tools and tool_choice");
        }
        bool? isParallel = body.Field(Parallel) is null ? null : body.Flag(Parallel);
        if (body.Field("tools") is not { } tools)
        {
            body.Refuse("tool_choice", "there are no tools");
            return;
        }
        if (tools.ValueKind != JsonValueKind.Array) throw ApiException.Wrong("tools", "allowed is an array");
        if (tools.GetArrayLength() == 0)
        {
            body.Refuse("tool_choice", "there are no tools");
            return;
        }
        options.Tools = tools.GetRawText();
        options.SchemaMode ??= LlmSchemaMode.Lenient;
        options.ParallelToolCalls = isParallel;
        if (body.Field("tool_choice") is { } choice) options.ToolChoice = Choice(choice);
    }

    /// <summary>The calls in a reply, or in a delta, which gives each of them whole.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<LlmToolCall> calls, bool isDelta)
    {
        json.WriteStartArray("tool_calls");
        for (int i = 0; i < calls.Count; i++)
        {
            json.WriteStartObject();
            if (isDelta) json.WriteNumber("index", i);
            json.WriteString("id", calls[i].Id);
            json.WriteString("type", "function");
            json.WriteStartObject("function");
            json.WriteString("name", calls[i].Name);
            json.WriteString("arguments", calls[i].ArgumentsJson);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static string Choice(JsonElement choice)
    {
        const string Name = "tool_choice";
        if (choice.ValueKind == JsonValueKind.String) return RequestBody.Text(choice, Name);
        JsonElement? function = choice.ValueKind == JsonValueKind.Object ? RequestBody.Field(choice, "function") : null;
        if (function is not { ValueKind: JsonValueKind.Object } named
            || RequestBody.Field(named, "name") is not { } name)
        {
            throw ApiException.Wrong(Name, "allowed is none, auto, required, or an object that names a function");
        }
        return RequestBody.Text(name, Name + ".function.name");
    }
}
