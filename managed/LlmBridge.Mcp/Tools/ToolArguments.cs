using System.Text.Json;

namespace LlmBridge.Mcp;

/// <summary>A call's arguments, one by one; what is not what it may be is refused by its name.</summary>
internal sealed class ToolArguments(IDictionary<string, JsonElement>? given)
{
    /// <summary>Refuses what the tool does not know: a model that made a name up learns so.</summary>
    public void RefuseOthersThan(JsonElement inputSchema)
    {
        JsonElement known = inputSchema.GetProperty("properties");
        foreach (string name in given?.Keys ?? [])
        {
            if (known.TryGetProperty(name, out _)) continue;
            string all = string.Join(", ", known.EnumerateObject().Select(property => property.Name));
            throw new ArgumentException($"{name}: there is no such argument; there are {all}");
        }
    }

    public JsonElement? Field(string name) =>
        given is not null && given.TryGetValue(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    /// <summary>A text that must be there, and is not empty.</summary>
    public string Needed(string name) =>
        Text(name) is { Length: > 0 } text ? text : throw Wrong(name, "allowed is a text, which is not empty");

    public string? Text(string name) => Field(name) is { } value ? Text(value, name) : null;

    /// <summary>A text, which is Unicode.</summary>
    public static string Text(JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.String) throw Wrong(name, "allowed is a text");
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Wrong(name, "is not Unicode text: half of a surrogate pair, or bytes that are no UTF-8");
        }
    }

    public double? Number(string name, double least, double most)
    {
        if (Field(name) is not { } value) return null;
        bool isNumber = value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number)
            && number >= least && number <= most;
        if (isNumber) return value.GetDouble();
        throw Wrong(name, FormattableString.Invariant($"allowed is a number from {least} to {most}"));
    }

    public long? Whole(string name, long least, long most)
    {
        if (Field(name) is not { } value) return null;
        bool isWhole = value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number)
            && number >= least && number <= most;
        if (isWhole) return value.GetInt64();
        throw Wrong(name, FormattableString.Invariant($"allowed is a whole number from {least} to {most}"));
    }

    /// <summary>Some texts; null where there are none.</summary>
    public IReadOnlyList<string>? Texts(string name, int most)
    {
        if (Field(name) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > most)
        {
            throw Wrong(name, $"allowed is an array of at most {most} texts");
        }
        return [.. value.EnumerateArray().Select((item, i) => Text(item, $"{name}[{i}]"))];
    }

    /// <summary>Texts that must be there, none of them empty.</summary>
    public IReadOnlyList<string> NeededTexts(string name, int most)
    {
        IReadOnlyList<string> texts = Texts(name, most) ?? [];
        if (texts.Count == 0) throw Wrong(name, $"allowed is an array of 1 to {most} texts");
        for (int i = 0; i < texts.Count; i++)
        {
            if (texts[i].Length == 0) throw Wrong($"{name}[{i}]", "allowed is a text, which is not empty");
        }
        return texts;
    }

    public static ArgumentException Wrong(string name, string allowed) => new($"{name}: {allowed}");
}
