using System.Text;
using System.Text.Json;

namespace LlmBridge.Serve.Responses;

/// <summary>Answers in the form of OpenAI's Responses API: whole, or as the events of a stream.</summary>
internal sealed class ResponsesAnswer(string model, string id, ResponsesRequest? request) : IEventForm
{
    private readonly string _message = "msg_" + id[(id.IndexOf('_', StringComparison.Ordinal) + 1)..];
    private readonly StringBuilder _text = new();
    private long _events;

    /// <summary>When it was made, in seconds since 1970.</summary>
    public long Created { get; init; } = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    /// <summary>A whole answer.</summary>
    public void Whole(Utf8JsonWriter json, string text, bool isCut, LlmUsage? usage) =>
        WriteResponse(json, isCut ? "incomplete" : "completed", text, usage);

    public IEnumerable<ServerEvent> Begin()
    {
        yield return OfResponse("response.created", "in_progress", null, null);
        yield return OfResponse("response.in_progress", "in_progress", null, null);
        yield return Event("response.output_item.added", json =>
        {
            json.WriteNumber("output_index", 0);
            json.WritePropertyName("item");
            WriteMessage(json, "in_progress", null);
        });
        yield return OfPart("response.content_part.added", json =>
        {
            json.WritePropertyName("part");
            WritePart(json, "");
        });
    }

    public IEnumerable<ServerEvent> Piece(LlmUpdate update)
    {
        _text.Append(update.Text);
        yield return OfPart("response.output_text.delta", json =>
        {
            json.WriteString("delta", update.Text);
            WriteNone(json, "logprobs");
        });
    }

    public IEnumerable<ServerEvent> End(LlmUpdate last)
    {
        string text = _text.ToString();
        bool isCut = last.FinishReason == LlmFinishReason.Length;
        string status = isCut ? "incomplete" : "completed";
        yield return OfPart("response.output_text.done", json =>
        {
            json.WriteString("text", text);
            WriteNone(json, "logprobs");
        });
        yield return OfPart("response.content_part.done", json =>
        {
            json.WritePropertyName("part");
            WritePart(json, text);
        });
        yield return Event("response.output_item.done", json =>
        {
            json.WriteNumber("output_index", 0);
            json.WritePropertyName("item");
            WriteMessage(json, status, text);
        });
        yield return OfResponse("response." + status, status, text, last.Usage);
    }

    public IEnumerable<ServerEvent> Fail(ApiException failure)
    {
        yield return Event("response.failed", json =>
        {
            json.WritePropertyName("response");
            WriteResponse(json, "failed", _text.ToString(), null, failure);
        });
    }

    private ServerEvent OfResponse(string name, string status, string? text, LlmUsage? usage) => Event(name, json =>
    {
        json.WritePropertyName("response");
        WriteResponse(json, status, text, usage);
    });

    private ServerEvent OfPart(string name, Action<Utf8JsonWriter> members) => Event(name, json =>
    {
        json.WriteString("item_id", _message);
        json.WriteNumber("output_index", 0);
        json.WriteNumber("content_index", 0);
        members(json);
    });

    private ServerEvent Event(string name, Action<Utf8JsonWriter> members) => new(name, json =>
    {
        json.WriteStartObject();
        json.WriteString("type", name);
        json.WriteNumber("sequence_number", _events++);
        members(json);
        json.WriteEndObject();
    });

    /// <summary>The response, with the options that were asked for: clients read them back.</summary>
    private void WriteResponse(
        Utf8JsonWriter json, string status, string? text, LlmUsage? usage, ApiException? failure = null)
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
        if (text is not null) WriteMessage(json, status == "completed" ? status : "incomplete", text);
        json.WriteEndArray();
        json.WriteBoolean("parallel_tool_calls", false);
        json.WriteString("previous_response_id", request?.Previous);
        json.WriteBoolean("store", request?.IsStored ?? true);
        WriteNumber(json, "temperature", options?.Temperature);
        json.WriteString("tool_choice", "none");
        WriteNone(json, "tools");
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

    private void WriteMessage(Utf8JsonWriter json, string status, string? text)
    {
        json.WriteStartObject();
        json.WriteString("id", _message);
        json.WriteString("type", "message");
        json.WriteString("status", status);
        json.WriteString("role", "assistant");
        json.WriteStartArray("content");
        if (text is not null) WritePart(json, text);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WritePart(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type", "output_text");
        json.WriteString("text", text);
        WriteNone(json, "annotations");
        WriteNone(json, "logprobs");
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
        json.WriteNumber("reasoning_tokens", 0);
        json.WriteEndObject();
        json.WriteNumber("total_tokens", usage.PromptTokens + usage.CompletionTokens);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double? number)
    {
        if (number is { } value) json.WriteNumber(name, value);
        else json.WriteNull(name);
    }

    private static void WriteNone(Utf8JsonWriter json, string name)
    {
        json.WriteStartArray(name);
        json.WriteEndArray();
    }
}
