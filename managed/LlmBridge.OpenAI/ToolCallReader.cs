using System.Text;
using System.Text.Json;

namespace LlmBridge.OpenAI;

/// <summary>Puts the calls of tools together that a server tells in parts. A part belongs to the call of its index;
/// where it has none, or servers give all the same, to that of its id, else to the one at its place.</summary>
public sealed class ToolCallReader
{
    private const int CallsMax = 1024;
    private const int CharactersMax = 4 * 1024 * 1024;

    private readonly List<Part> _calls = [];
    private int _characters;

    /// <summary>Whether none came.</summary>
    public bool IsEmpty => _calls.Count == 0;

    /// <summary>Takes the member tool_calls of a delta or message.</summary>
    /// <exception cref="ServerException">It is none.</exception>
    public void Add(JsonElement calls)
    {
        if (calls.ValueKind != JsonValueKind.Array) return;
        int place = 0;
        foreach (JsonElement call in calls.EnumerateArray()) AddPart(call, place++);
    }

    /// <summary>The calls as the library takes them: a JSON array of id, name and arguments.</summary>
    /// <exception cref="ServerException">One of them has no name.</exception>
    public string ToJson()
    {
        var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            for (int i = 0; i < _calls.Count; i++) Write(json, _calls[i], i);
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static ServerException Malformed(string what) => new(ServerFault.Malformed, what);

    private static string? TextOf(JsonElement of, string name)
    {
        if (!of.TryGetProperty(name, out JsonElement value) || value.ValueKind != JsonValueKind.String) return null;
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException) // half of a surrogate pair
        {
            throw Malformed("the server sent a call of a tool with half of a surrogate pair");
        }
    }

    private void AddPart(JsonElement call, int place)
    {
        if (call.ValueKind != JsonValueKind.Object)
        {
            throw Malformed("the server sent a call of a tool that is no object");
        }
        string? id = TextOf(call, "id");
        bool hasFunction = call.TryGetProperty("function", out JsonElement function)
            && function.ValueKind == JsonValueKind.Object;
        string? name = hasFunction ? TextOf(function, "name") : null;
        Part part = PartOf(call, id, name, place);
        if (!string.IsNullOrEmpty(id)) part.Id ??= id;
        if (!string.IsNullOrEmpty(name)) part.Name ??= name; // some say it again with each part
        if (!hasFunction || !function.TryGetProperty("arguments", out JsonElement arguments)) return;
        string text = arguments.ValueKind switch
        {
            JsonValueKind.String => TextOf(function, "arguments")!,
            JsonValueKind.Object => arguments.GetRawText(),
            _ => "",
        };
        _characters += text.Length;
        if (_characters > CharactersMax) throw Malformed("the server sent calls of tools that are too long");
        part.Arguments.Append(text);
    }

    private Part PartOf(JsonElement call, string? id, string? name, int place)
    {
        bool hasIndex = call.TryGetProperty("index", out JsonElement number)
            && number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out place) && place >= 0;
        bool hasId = !string.IsNullOrEmpty(id);
        Part? known = hasIndex ? _calls.Find(part => part.Index == place)
            : hasId ? _calls.Find(part => part.Id == id)
            : place < _calls.Count ? _calls[place] : null;
        // Another id with a name of its own begins another call, whatever the index says.
        bool isOther = known?.Id is not null && hasId && known.Id != id && !string.IsNullOrEmpty(name);
        if (isOther) known = _calls.Find(part => part.Id == id);
        else if (known is null && !hasId && string.IsNullOrEmpty(name)) known = _calls.LastOrDefault();
        if (known is not null) return known;
        if (_calls.Count == CallsMax) throw Malformed("the server sent too many calls of tools");
        var made = new Part { Index = isOther ? -1 : place };
        _calls.Add(made);
        return made;
    }

    private static void Write(Utf8JsonWriter json, Part call, int place)
    {
        if (call.Name is null) throw Malformed("the server sent a call of a tool without a name");
        string arguments = call.Arguments.ToString();
        json.WriteStartObject();
        json.WriteString("id", call.Id ?? $"call_{place + 1}");
        json.WriteString("name", call.Name);
        json.WritePropertyName("arguments");
        if (arguments.AsSpan().Trim().IsEmpty) json.WriteRawValue("{}");
        else if (IsJson(arguments)) json.WriteRawValue(arguments, skipInputValidation: true);
        else json.WriteStringValue(arguments); // which the library refuses, with the tool's name
        json.WriteEndObject();
    }

    private static bool IsJson(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private sealed class Part
    {
        public int Index { get; init; }

        public string? Id { get; set; }

        public string? Name { get; set; }

        public StringBuilder Arguments { get; } = new();
    }
}
