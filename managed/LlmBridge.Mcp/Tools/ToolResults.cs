using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ModelContextProtocol.Protocol;

namespace LlmBridge.Mcp;

/// <summary>What tools give back.</summary>
internal static class ToolResults
{
    private static readonly JsonWriterOptions s_options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>A failure: the error as every host of the library gets it, one JSON object.</summary>
    public static CallToolResult Failed(LlmError error) =>
        new() { IsError = true, Content = [new TextContentBlock { Text = error.ToJson() }] };

    /// <summary>An answer: its text, and what is known of it.</summary>
    public static CallToolResult Answer(string text, LlmUpdate end) => new()
    {
        Content = [new TextContentBlock { Text = text }],
        StructuredContent = Element(Json(json =>
        {
            json.WriteString("text", text);
            json.WriteString("finish_reason", end.FinishReason!.Value.Name());
            json.WriteString("engine", end.Engine);
            json.WriteNumber("prompt_tokens", end.Usage!.Value.PromptTokens);
            json.WriteNumber("completion_tokens", end.Usage.Value.CompletionTokens);
        })),
    };

    /// <summary>An object, as such and as text.</summary>
    public static CallToolResult Object(Action<Utf8JsonWriter> write)
    {
        ReadOnlyMemory<byte> json = Json(write);
        return new CallToolResult
        {
            Content = [new TextContentBlock { Text = Encoding.UTF8.GetString(json.Span) }],
            StructuredContent = Element(json),
        };
    }

    private static ReadOnlyMemory<byte> Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, s_options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return buffer.WrittenMemory;
    }

    private static JsonElement Element(ReadOnlyMemory<byte> json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
