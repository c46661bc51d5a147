using System.Text;
using System.Text.Json;

namespace LlmBridge.Serve.Responses;

/// <summary>Answers in the form of OpenAI's Responses API: whole, or as the events of a stream. In a stream the
/// reasoning comes after the text: it is known with the end.</summary>
internal sealed class ResponsesAnswer(string model, string id, ResponsesRequest? request) : IEventForm
{
    private readonly ResponseObject _response = new(model, id, request);
    private readonly StringBuilder _text = new();
    private readonly List<ResponsesItem> _items = []; // that have begun
    private long _events;

    public IEnumerable<ServerEvent> Begin()
    {
        yield return OfResponse("response.created", "in_progress", null, null);
        yield return OfResponse("response.in_progress", "in_progress", null, null);
    }

    public IEnumerable<ServerEvent> Piece(LlmUpdate update)
    {
        if (_items.Count == 0)
        {
            foreach (ServerEvent one in OpenMessage()) yield return one;
        }
        _text.Append(update.Text);
        yield return Said(_items[0], "response.output_text.delta", update.Text, isPiece: true);
    }

    public IEnumerable<ServerEvent> End(LlmUpdate last)
    {
        string status = last.FinishReason == LlmFinishReason.Length ? "incomplete" : "completed";
        if (_items.Count == 0 && last.ToolCalls.Count == 0)
        {
            foreach (ServerEvent one in OpenMessage()) yield return one;
        }
        if (_items.Count > 0)
        {
            string text = _text.ToString();
            _items[0] = ResponsesItem.Message(id, text);
            yield return Said(_items[0], "response.output_text.done", text, isPiece: false);
            yield return OfPart(_items[0], "response.content_part.done", text);
            yield return OfItem(_items[0], "response.output_item.done", status);
        }
        if (last.Reasoning.Length > 0)
        {
            ResponsesItem item = ResponsesItem.Reasoning(id, last.Reasoning);
            foreach (ServerEvent one in Whole(item, "response.reasoning_text", last.Reasoning)) yield return one;
        }
        foreach ((int i, LlmToolCall call) in last.ToolCalls.Index())
        {
            ResponsesItem item = ResponsesItem.Call(id, call, i);
            const string Arguments = "response.function_call_arguments";
            foreach (ServerEvent one in Whole(item, Arguments, call.ArgumentsJson)) yield return one;
        }
        yield return OfResponse("response." + status, status, _items, last.Usage);
    }

    public IEnumerable<ServerEvent> Fail(ApiException failure)
    {
        yield return Event("response.failed", json =>
        {
            json.WritePropertyName("response");
            IReadOnlyList<ResponsesItem> said = _text.Length > 0 ? [ResponsesItem.Message(id, _text.ToString())] : [];
            _response.Write(json, "failed", said, null, failure);
        });
    }

    private IEnumerable<ServerEvent> OpenMessage()
    {
        ResponsesItem message = ResponsesItem.Message(id, "");
        _items.Add(message);
        yield return OfItem(message, "response.output_item.added", "in_progress");
        yield return OfPart(message, "response.content_part.added", "");
    }

    /// <summary>The events of an item that comes whole.</summary>
    private IEnumerable<ServerEvent> Whole(ResponsesItem item, string name, string said)
    {
        _items.Add(item);
        bool hasPart = item.Type != "function_call";
        yield return OfItem(item, "response.output_item.added", "in_progress");
        if (hasPart) yield return OfPart(item, "response.content_part.added", "");
        yield return Said(item, name + ".delta", said, isPiece: true);
        yield return Said(item, name + ".done", said, isPiece: false);
        if (hasPart) yield return OfPart(item, "response.content_part.done", said);
        yield return OfItem(item, "response.output_item.done", "completed");
    }

    private ServerEvent OfResponse(
        string name, string status, IReadOnlyList<ResponsesItem>? items, LlmUsage? usage) => Event(name, json =>
    {
        json.WritePropertyName("response");
        _response.Write(json, status, items ?? [], usage);
    });

    private ServerEvent OfItem(ResponsesItem item, string name, string status)
    {
        int index = _items.Count - 1;
        return Event(name, json =>
        {
            json.WriteNumber("output_index", index);
            json.WritePropertyName("item");
            item.Write(json, status, hasBegun: status == "in_progress");
        });
    }

    private ServerEvent OfPart(ResponsesItem item, string name, string text)
    {
        int index = _items.Count - 1;
        return Event(name, json =>
        {
            item.WriteId(json);
            json.WriteNumber("output_index", index);
            json.WriteNumber("content_index", 0);
            json.WritePropertyName("part");
            item.WritePart(json, text);
        });
    }

    private ServerEvent Said(ResponsesItem item, string name, string said, bool isPiece)
    {
        int index = _items.Count - 1;
        return Event(name, json =>
        {
            item.WriteId(json);
            json.WriteNumber("output_index", index);
            if (item.Type != "function_call") json.WriteNumber("content_index", 0);
            item.WriteSaid(json, said, isPiece);
        });
    }

    private ServerEvent Event(string name, Action<Utf8JsonWriter> members) => new(name, json =>
    {
        json.WriteStartObject();
        json.WriteString("type", name);
        json.WriteNumber("sequence_number", _events++);
        members(json);
        json.WriteEndObject();
    });
}
