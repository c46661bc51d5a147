using System.Text.Json;

namespace LlmBridge;

/// <summary>Calls of functions as the library tells them: a JSON array of id, name and arguments, which it has
/// checked.</summary>
internal static class ToolCallsRead
{
    /// <summary>As deep as what the library takes for JSON.</summary>
    private const int DepthMax = 1024;

    public static IReadOnlyList<LlmToolCall> Of(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = DepthMax });
        return [.. document.RootElement.EnumerateArray().Select(call => new LlmToolCall(
            Text(call, "id"), Text(call, "name"), call.GetProperty("arguments").GetRawText()))];
    }

    /// <summary>An escape may be half of a pair, which no string can hold.</summary>
    private static string Text(JsonElement call, string name)
    {
        JsonElement value = call.GetProperty(name);
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return value.GetRawText().Trim('"');
        }
    }
}
