using System.Text.Json;

namespace LlmBridge.InteropTests.Serve;

/// <summary>Reads the named server-sent events of a response.</summary>
internal static class ServeEvents
{
    /// <summary>The events of a response with chunks, as it came.</summary>
    public static (string Name, JsonElement Data)[] Of(string response) =>
        [.. ServeAnswerTests.BodyOf(response).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(Parse)];

    private static (string Name, JsonElement Data) Parse(string text)
    {
        string[] lines = text.Split('\n');
        Assert.HasCount(2, lines, text);
        return (lines[0]["event: ".Length..], JsonDocument.Parse(lines[1]["data: ".Length..]).RootElement);
    }
}
