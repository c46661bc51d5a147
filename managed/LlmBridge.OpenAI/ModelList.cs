using System.Text.Json;

namespace LlmBridge.OpenAI;

/// <summary>What a server says of its models.</summary>
internal static class ModelList
{
    private const int ModelsMax = 1000;

    /// <summary>The name and owner of the model that is wanted, else of the first; null where there is none.</summary>
    /// <exception cref="JsonException">This is no list of models.</exception>
    public static (string? Model, string? Owner) Find(byte[] body, string? wanted)
    {
        using JsonDocument document = JsonDocument.Parse(body);
        bool hasData = document.RootElement.TryGetProperty("data", out JsonElement data);
        if (!hasData) throw new JsonException("there is no data");
        (string? Model, string? Owner) first = default;
        foreach (JsonElement item in data.EnumerateArray().Take(ModelsMax))
        {
            string? name = Text(item, "id");
            if (name is null) continue;
            if (first.Model is null || name == wanted) first = (name, Text(item, "owned_by"));
            if (name == wanted) break;
        }
        return first;
    }

    private static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString() : null;
}
