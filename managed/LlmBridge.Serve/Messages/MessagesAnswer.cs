using System.Text.Json;

namespace LlmBridge.Serve.Messages;

/// <summary>Answers in the form of Anthropic's Messages API: whole, or as the events of a stream.</summary>
internal sealed class MessagesAnswer(string model) : IEventForm
{
    private readonly string _id = "msg_" + Guid.NewGuid().ToString("N");

    /// <summary>A whole answer.</summary>
    public void Whole(Utf8JsonWriter json, LlmReply reply)
    {
        json.WriteStartObject();
        WriteHead(json);
        json.WriteStartArray("content");
        json.WriteStartObject();
        json.WriteString("type", "text");
        json.WriteString("text", reply.Text);
        json.WriteEndObject();
        json.WriteEndArray();
        WriteStop(json, reply.FinishReason);
        WriteUsage(json, reply.Usage);
        json.WriteEndObject();
    }

    public IEnumerable<ServerEvent> Begin()
    {
        yield return Event("message_start", json =>
        {
            json.WriteStartObject("message");
            WriteHead(json);
            json.WriteStartArray("content");
            json.WriteEndArray();
            json.WriteNull("stop_reason");
            json.WriteNull("stop_sequence");
            WriteUsage(json, default); // the last event but one has the counts
            json.WriteEndObject();
        });
        yield return Event("content_block_start", json =>
        {
            json.WriteNumber("index", 0);
            json.WriteStartObject("content_block");
            json.WriteString("type", "text");
            json.WriteString("text", "");
            json.WriteEndObject();
        });
    }

    public IEnumerable<ServerEvent> Piece(LlmUpdate update)
    {
        yield return Event("content_block_delta", json =>
        {
            json.WriteNumber("index", 0);
            json.WriteStartObject("delta");
            json.WriteString("type", "text_delta");
            json.WriteString("text", update.Text);
            json.WriteEndObject();
        });
    }

    public IEnumerable<ServerEvent> End(LlmUpdate last)
    {
        yield return Event("content_block_stop", json => json.WriteNumber("index", 0));
        yield return Event("message_delta", json =>
        {
            json.WriteStartObject("delta");
            WriteStop(json, last.FinishReason!.Value);
            json.WriteEndObject();
            WriteUsage(json, last.Usage ?? default);
        });
        yield return Event("message_stop", _ => { });
    }

    public IEnumerable<ServerEvent> Fail(ApiException failure) =>
        [new ServerEvent("error", json => MessagesError.Write(json, failure))];

    private void WriteHead(Utf8JsonWriter json)
    {
        json.WriteString("id", _id);
        json.WriteString("type", "message");
        json.WriteString("role", "assistant");
        json.WriteString("model", model);
    }

    private static ServerEvent Event(string name, Action<Utf8JsonWriter> members) => new(name, json =>
    {
        json.WriteStartObject();
        json.WriteString("type", name);
        members(json);
        json.WriteEndObject();
    });

    /// <summary>Which of the stop sequences came up is not known.</summary>
    private static void WriteStop(Utf8JsonWriter json, LlmFinishReason end)
    {
        json.WriteString("stop_reason", end switch
        {
            LlmFinishReason.Length => "max_tokens",
            LlmFinishReason.StopString => "stop_sequence",
            _ => "end_turn",
        });
        json.WriteNull("stop_sequence");
    }

    private static void WriteUsage(Utf8JsonWriter json, LlmUsage usage)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("input_tokens", usage.PromptTokens - usage.CachedPromptTokens);
        json.WriteNumber("cache_creation_input_tokens", 0);
        json.WriteNumber("cache_read_input_tokens", usage.CachedPromptTokens);
        json.WriteNumber("output_tokens", usage.CompletionTokens);
        json.WriteEndObject();
    }
}
