using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace LlmBridge.Serve;

/// <summary>A request's JSON object, field by field; what is not what it may be is refused by its name.</summary>
internal sealed class RequestBody : IDisposable
{
    private static readonly JsonDocumentOptions s_options = new() { AllowDuplicateProperties = false };

    private readonly JsonDocument _document;

    private RequestBody(JsonDocument document) => _document = document;

    /// <summary>Reads the body.</summary>
    public static async Task<RequestBody> ReadAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        if (request.ContentType is { } type && !type.StartsWith("application/json", StringComparison.OrdinalIgnoreCase))
        {
            throw new ApiException(415, $"Content-Type: \"{type}\" is none of ours; allowed is application/json");
        }
        JsonDocument document;
        try
        {
            document = await JsonDocument.ParseAsync(request.Body, s_options, context.RequestAborted);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // or a name that is no Unicode
        {
            throw new ApiException(400, $"the body is no JSON: {e.Message}") { Code = "invalid_json" };
        }
        try
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new ApiException(400, "the body is no JSON object") { Code = "invalid_json" };
            }
            CheckTexts(document.RootElement, "");
        }
        catch (ApiException)
        {
            document.Dispose();
            throw;
        }
        return new RequestBody(document);
    }

    /// <summary>Each text within is Unicode, also where nobody here reads it: it is written anew for the engine or the
    /// client. The parser has looked at names.</summary>
    private static void CheckTexts(JsonElement value, string at)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                Text(value, at);
                break;
            case JsonValueKind.Array:
                foreach ((int i, JsonElement item) in value.EnumerateArray().Index()) CheckTexts(item, $"{at}[{i}]");
                break;
            case JsonValueKind.Object:
                foreach (JsonProperty member in value.EnumerateObject())
                {
                    CheckTexts(member.Value, at.Length > 0 ? $"{at}.{member.Name}" : member.Name);
                }
                break;
        }
    }

    /// <summary>A field; null where it is not there, or is null.</summary>
    public JsonElement? Field(string name) => Field(_document.RootElement, name);

    public static JsonElement? Field(JsonElement of, string name) =>
        of.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public string? Text(string name) => Field(name) is { } value ? Text(value, name) : null;

    /// <summary>A text, which is Unicode.</summary>
    public static string Text(JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.String) throw ApiException.Wrong(name, "allowed is a text");
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw ApiException.Wrong(name, "is not Unicode text: half of a surrogate pair, or bytes that are no UTF-8");
        }
    }

    /// <summary>A text within an object, which has to be there.</summary>
    /// <param name="of">The object.</param>
    /// <param name="name">The member's name.</param>
    /// <param name="at">Where the object stands in the request.</param>
    public static string Member(JsonElement of, string name, string at) =>
        Field(of, name) is { } value ? Text(value, $"{at}.{name}")
            : throw ApiException.Wrong($"{at}.{name}", "it is missing");

    public bool Flag(string name) => Field(name) is { } value && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw ApiException.Wrong(name, "allowed is true or false"),
    };

    public double? Number(string name, double least, double most)
    {
        if (Field(name) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number)
            && number >= least && number <= most)
        {
            return number;
        }
        throw ApiException.Wrong(name, FormattableString.Invariant($"allowed is a number from {least} to {most}"));
    }

    public long? Whole(string name, long least, long most)
    {
        if (Field(name) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number)
            && number >= least && number <= most)
        {
            return number;
        }
        throw ApiException.Wrong(
            name, FormattableString.Invariant($"allowed is a whole number from {least} to {most}"));
    }

    /// <summary>One text, or some.</summary>
    public IReadOnlyList<string>? Texts(string name, int most)
    {
        if (Field(name) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.String) return [Text(value, name)];
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > most)
        {
            throw ApiException.Wrong(name, $"allowed is a text, or an array of at most {most}");
        }
        return [.. value.EnumerateArray().Select((item, i) => Text(item, $"{name}[{i}]"))];
    }

    /// <summary>Refuses a field that asks for what is not there, unless it asks for nothing.</summary>
    public void Refuse(string name, string why)
    {
        if (Field(name) is not { } value) return;
        bool asksNothing = value.ValueKind switch
        {
            JsonValueKind.False => true,
            JsonValueKind.Number => value.TryGetDouble(out double number) && number == 0,
            JsonValueKind.Array => value.GetArrayLength() == 0,
            JsonValueKind.Object => !value.EnumerateObject().Any(),
            JsonValueKind.String =>
                value.ValueEquals(""u8) || value.ValueEquals("none"u8) || value.ValueEquals("auto"u8),
            _ => false,
        };
        if (!asksNothing) throw ApiException.Unsupported(name, why);
    }

    public void Dispose() => _document.Dispose();
}
