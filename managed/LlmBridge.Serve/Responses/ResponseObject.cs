using System.Text.Json;

namespace LlmBridge.Serve.Responses;

/// <summary>A response, with the options that were asked for: clients read them back.</summary>
internal sealed class ResponseObject(string model, string id, ResponsesRequest? request)
{
    /// <summary>When it was made, in seconds since 1970.</summary>
    public long Created { get; init; } = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    /// <summary>What a message has, as items of a response's output.</summary>
    public IReadOnlyList<ResponsesItem> ItemsOf(string text, string reasoning, IReadOnlyList<LlmToolCall> calls)
    {
        var items = new List<ResponsesItem>();
        if (reasoning.Length > 0) items.Add(ResponsesItem.Reasoning(id, reasoning));
        if (text.Length > 0 || calls.Count == 0) items.Add(ResponsesItem.Message(id, text));
        items.AddRange(calls.Select((call, i) => ResponsesItem.Call(id, call, i)));
        return items;
    }

    public void Write(
        Utf8JsonWriter json, string status, IReadOnlyList<ResponsesItem> items, LlmUsage? usage,
        ApiException? failure = null)
    {
        CallOptions? options = request?.Options;
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteString("object", "response");
        json.WriteNumber("created_at", Created);
        json.WriteString("status", status);
        json.WriteString("model", model);
        if (failure is null) json.WriteNull("error");
        else WriteError(json, failure);
        if (status != "incomplete") json.WriteNull("incomplete_details");
        else
        {
            json.WriteStartObject("incomplete_details");
            json.WriteString("reason", "max_output_tokens");
            json.WriteEndObject();
        }
        json.WriteString("instructions", request?.Instructions);
        WriteNumber(json, "max_output_tokens", options?.MaxOutputTokens);
        json.WriteStartArray("output");
        foreach (ResponsesItem item in items) item.Write(json, status == "completed" ? status : "incomplete");
        json.WriteEndArray();
        json.WriteBoolean("parallel_tool_calls", options?.ParallelToolCalls ?? true);
        json.WriteString("previous_response_id", request?.Previous);
        json.WriteBoolean("store", request?.IsStored ?? true);
        WriteNumber(json, "temperature", options?.Temperature);
        WriteGiven(json, "tool_choice", request?.ToolChoice, "\"auto\"");
        WriteGiven(json, "tools", request?.Tools, "[]");
        WriteNumber(json, "top_p", options?.TopP);
        if (usage is { } counts) WriteUsage(json, counts);
        else json.WriteNull("usage");
        json.WriteStartObject("metadata");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteError(Utf8JsonWriter json, ApiException failure)
    {
        json.WriteStartObject("error");
        json.WriteString("code", failure.Code ?? "server_error");
        json.WriteString("message", failure.Message);
        if (failure.Cause is { } cause)
        {
            json.WritePropertyName("llmbridge");
            json.WriteRawValue(cause.ToJson());
        }
        json.WriteEndObject();
    }

    private static void WriteUsage(Utf8JsonWriter json, LlmUsage usage)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("input_tokens", usage.PromptTokens);
        json.WriteStartObject("input_tokens_details");
        json.WriteNumber("cached_tokens", usage.CachedPromptTokens);
        json.WriteEndObject();
        json.WriteNumber("output_tokens", usage.CompletionTokens);
        json.WriteStartObject("output_tokens_details");
        json.WriteNumber("reasoning_tokens", 0); // their share is not known
        json.WriteEndObject();
        json.WriteNumber("total_tokens", usage.PromptTokens + usage.CompletionTokens);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double? number)
    {
        if (number is { } value) json.WriteNumber(name, value);
        else json.WriteNull(name);
    }

    /// <summary>Not as it came: a client's line breaks would end a line of the event.</summary>
    private static void WriteGiven(Utf8JsonWriter json, string name, JsonElement? given, string otherwise)
    {
        json.WritePropertyName(name);
        if (given is { } value) value.WriteTo(json);
        else json.WriteRawValue(otherwise);
    }
}
