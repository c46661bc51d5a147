using System.Text.Json;

namespace LlmBridge.Serve.Messages;

/// <summary>A block of an answer's content: text, thinking, or the call of a tool.</summary>
internal sealed class MessagesBlock
{
    private readonly string _type;
    private readonly string _member; // which has what the block says
    private readonly string _delta;  // the type of a delta of it
    private readonly string _said;
    private readonly LlmToolCall? _call;

    private MessagesBlock(string type, string member, string delta, string said, LlmToolCall? call = null)
    {
        _type = type;
        _member = member;
        _delta = delta;
        _said = said;
        _call = call;
    }

    public static MessagesBlock Text(string text) => new("text", "text", "text_delta", text);

    public static MessagesBlock Thinking(string text) => new("thinking", "thinking", "thinking_delta", text);

    public static MessagesBlock Call(LlmToolCall call) =>
        new("tool_use", "input", "input_json_delta", call.ArgumentsJson, call);

    public void WriteWhole(Utf8JsonWriter json) => Write(json, _said);

    /// <summary>As a stream begins it: deltas have what it says.</summary>
    public void WriteEmpty(Utf8JsonWriter json) => Write(json, _call is null ? "" : "{}");

    public void WriteDelta(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", _delta);
        json.WriteString(_call is null ? _member : "partial_json", _said);
        json.WriteEndObject();
    }

    private void Write(Utf8JsonWriter json, string said)
    {
        json.WriteStartObject();
        json.WriteString("type", _type);
        if (_call is { } call)
        {
            json.WriteString("id", call.Id);
            json.WriteString("name", call.Name);
            json.WritePropertyName(_member);
            json.WriteRawValue(said, skipInputValidation: true); // the library has checked it, as deep as it is
        }
        else
        {
            json.WriteString(_member, said);
            if (_type == "thinking") json.WriteString("signature", ""); // nobody's but the server's that made it
        }
        json.WriteEndObject();
    }
}
