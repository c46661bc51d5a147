using System.Text.Json;

namespace LlmBridge.Serve.Responses;

/// <summary>An item of a response's output: what the model thought, what it said, or a function that it
/// calls.</summary>
internal sealed class ResponsesItem
{
    private readonly string _id;
    private readonly string _said;
    private readonly LlmToolCall? _call;

    private ResponsesItem(string id, string type, string said, LlmToolCall? call = null)
    {
        _id = id;
        Type = type;
        _said = said;
        _call = call;
    }

    /// <summary>message, reasoning or function_call.</summary>
    public string Type { get; }

    /// <summary>A message's text.</summary>
    /// <param name="id">The response's.</param>
    /// <param name="text">What is said.</param>
    public static ResponsesItem Message(string id, string text) => new("msg_" + Bare(id), "message", text);

    public static ResponsesItem Reasoning(string id, string text) => new("rs_" + Bare(id), "reasoning", text);

    public static ResponsesItem Call(string id, LlmToolCall call, int index) =>
        new($"fc_{Bare(id)}_{index}", "function_call", call.ArgumentsJson, call);

    /// <summary>The item; one that has only begun says nothing yet.</summary>
    public void Write(Utf8JsonWriter json, string status, bool hasBegun = false)
    {
        json.WriteStartObject();
        json.WriteString("id", _id);
        json.WriteString("type", Type);
        json.WriteString("status", status);
        if (_call is { } call)
        {
            json.WriteString("call_id", call.Id);
            json.WriteString("name", call.Name);
            json.WriteString("arguments", hasBegun ? "" : _said);
        }
        else
        {
            if (Type == "message") json.WriteString("role", "assistant");
            else WriteNone(json, "summary");
            json.WriteStartArray("content");
            if (!hasBegun) WritePart(json, _said);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    /// <summary>Its part, of a message or reasoning.</summary>
    public void WritePart(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type", Type == "message" ? "output_text" : "reasoning_text");
        json.WriteString("text", text);
        if (Type == "message")
        {
            WriteNone(json, "annotations");
            WriteNone(json, "logprobs");
        }
        json.WriteEndObject();
    }

    /// <summary>What an event of the item names it by.</summary>
    public void WriteId(Utf8JsonWriter json) => json.WriteString("item_id", _id);

    /// <summary>The members of an event that gives what the item says: in parts, or whole.</summary>
    public void WriteSaid(Utf8JsonWriter json, string said, bool isPiece)
    {
        json.WriteString(isPiece ? "delta" : _call is null ? "text" : "arguments", said);
        if (Type == "message") WriteNone(json, "logprobs");
        if (!isPiece && _call is not null) json.WriteString("name", _call.Name);
    }

    private static string Bare(string id) => id[(id.IndexOf('_', StringComparison.Ordinal) + 1)..];

    private static void WriteNone(Utf8JsonWriter json, string name)
    {
        json.WriteStartArray(name);
        json.WriteEndArray();
    }
}
