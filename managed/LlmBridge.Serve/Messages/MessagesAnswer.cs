using System.Text.Json;

namespace LlmBridge.Serve.Messages;

/// <summary>Answers in the form of Anthropic's Messages API: whole, or as the events of a stream. In a stream the
/// thinking comes after the text: it is known with the end.</summary>
internal sealed class MessagesAnswer(string model) : IEventForm
{
    private readonly string _id = "msg_" + Guid.NewGuid().ToString("N");
    private int _blocks; // that have begun
    private bool _isTextOpen;

    /// <summary>A whole answer.</summary>
    public void Whole(Utf8JsonWriter json, LlmReply reply)
    {
        json.WriteStartObject();
        WriteHead(json);
        json.WriteStartArray("content");
        if (reply.Reasoning.Length > 0) MessagesBlock.Thinking(reply.Reasoning).WriteWhole(json);
        if (reply.Text.Length > 0 || reply.ToolCalls.Count == 0) MessagesBlock.Text(reply.Text).WriteWhole(json);
        foreach (LlmToolCall call in reply.ToolCalls) MessagesBlock.Call(call).WriteWhole(json);
        json.WriteEndArray();
        WriteStop(json, reply.FinishReason);
        WriteUsage(json, reply.Usage);
        json.WriteEndObject();
    }

    public IEnumerable<ServerEvent> Begin() =>
    [
        Event("message_start", json =>
        {
            json.WriteStartObject("message");
            WriteHead(json);
            json.WriteStartArray("content");
            json.WriteEndArray();
            json.WriteNull("stop_reason");
            json.WriteNull("stop_sequence");
            WriteUsage(json, default); // the last event but one has the counts
            json.WriteEndObject();
        }),
    ];

    public IEnumerable<ServerEvent> Piece(LlmUpdate update)
    {
        MessagesBlock text = MessagesBlock.Text(update.Text);
        if (!_isTextOpen) yield return Open(text);
        _isTextOpen = true;
        yield return Delta(text);
    }

    public IEnumerable<ServerEvent> End(LlmUpdate last)
    {
        if (_blocks == 0 && last.ToolCalls.Count == 0)
        {
            yield return Open(MessagesBlock.Text(""));
            _isTextOpen = true;
        }
        if (_isTextOpen) yield return Close();
        if (last.Reasoning.Length > 0)
        {
            foreach (ServerEvent one in Streamed(MessagesBlock.Thinking(last.Reasoning))) yield return one;
        }
        foreach (LlmToolCall call in last.ToolCalls)
        {
            foreach (ServerEvent one in Streamed(MessagesBlock.Call(call))) yield return one;
        }
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

    private IEnumerable<ServerEvent> Streamed(MessagesBlock block)
    {
        yield return Open(block);
        yield return Delta(block);
        yield return Close();
    }

    private ServerEvent Open(MessagesBlock block)
    {
        _blocks++;
        return OfBlock("content_block_start", json =>
        {
            json.WritePropertyName("content_block");
            block.WriteEmpty(json);
        });
    }

    private ServerEvent Delta(MessagesBlock block) => OfBlock("content_block_delta", json =>
    {
        json.WritePropertyName("delta");
        block.WriteDelta(json);
    });

    private ServerEvent Close() => OfBlock("content_block_stop", _ => { });

    private ServerEvent OfBlock(string name, Action<Utf8JsonWriter> members)
    {
        int index = _blocks - 1;
        return Event(name, json =>
        {
            json.WriteNumber("index", index);
            members(json);
        });
    }

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
            LlmFinishReason.ToolCalls => "tool_use",
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
