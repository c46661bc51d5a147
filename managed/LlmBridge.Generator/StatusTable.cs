using System.Text.Json;

namespace LlmBridge.Generator;

/// <summary>One status, as the library's own table gives it out.</summary>
internal sealed record Status(string Name, int Number, IReadOnlyList<string> Classes)
{
    /// <summary>The statuses: llmb_statuses_json().</summary>
    public static IReadOnlyList<Status> Read(LibraryTables tables) =>
        [.. tables.Rows("llmb_statuses_json", "statuses").Select(Parse)];

    private static Status Parse(JsonElement row) => new(
        row.GetProperty("name").GetString()!,
        row.GetProperty("status").GetInt32(),
        [.. row.GetProperty("classes").EnumerateArray().Select(name => name.GetString()!)]);
}
