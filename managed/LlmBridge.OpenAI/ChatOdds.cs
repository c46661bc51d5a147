using System.Text;
using System.Text.Json;

namespace LlmBridge.OpenAI;

/// <summary>The log probabilities of an answer's tokens, as they come with its parts, in the form that llmbridge's
/// engines tell them.</summary>
public sealed class ChatOdds
{
    /// <summary>As much as llmb_request_write_logprobs takes.</summary>
    private const int SizeMax = 32 * 1024 * 1024;

    /// <summary>Of a token that the model excludes: JSON has no infinity.</summary>
    private const double Excluded = -9999;

    private readonly StringBuilder _json = new();

    /// <summary>A JSON array; null where nothing came.</summary>
    public string? Json => _json.Length > 0 ? $"[{_json}]" : null;

    /// <summary>Takes the member `logprobs` of a choice.</summary>
    /// <exception cref="ServerException">It is none.</exception>
    public void Add(JsonElement odds)
    {
        bool has = odds.TryGetProperty("content", out JsonElement content);
        if (!has || content.ValueKind != JsonValueKind.Array) return;
        foreach (JsonElement token in content.EnumerateArray())
        {
            if (_json.Length > 0) _json.Append(',');
            using var buffer = new MemoryStream();
            using (var json = new Utf8JsonWriter(buffer)) Write(json, token, withOthers: true);
            _json.Append(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
            if (_json.Length > SizeMax) throw Malformed("more than 32 MiB");
        }
    }

    private static void Write(Utf8JsonWriter json, JsonElement token, bool withOthers)
    {
        if (token.ValueKind != JsonValueKind.Object
            || !token.TryGetProperty("token", out JsonElement text) || text.ValueKind != JsonValueKind.String
            || !token.TryGetProperty("logprob", out JsonElement odds))
        {
            throw Malformed("a token without its text or number");
        }
        json.WriteStartObject();
        string said = Text(text);
        json.WriteString("token", said);
        bool isNumber = odds.ValueKind == JsonValueKind.Number && odds.TryGetDouble(out double logprob)
            && double.IsFinite(logprob);
        json.WriteNumber("logprob", isNumber ? odds.GetDouble() : Excluded);
        if (token.TryGetProperty("id", out JsonElement id) && id.ValueKind == JsonValueKind.Number
            && id.TryGetInt32(out int number))
        {
            json.WriteNumber("id", number);
        }
        if (said.Contains('\ufffd', StringComparison.Ordinal)) WriteBytes(json, token);
        if (withOthers)
        {
            json.WriteStartArray("top_logprobs");
            bool has = token.TryGetProperty("top_logprobs", out JsonElement others)
                && others.ValueKind == JsonValueKind.Array;
            if (has)
            {
                foreach (JsonElement other in others.EnumerateArray()) Write(json, other, withOthers: false);
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static string Text(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException) // half of a surrogate pair
        {
            throw Malformed("a token with half of a surrogate pair");
        }
    }

    private static void WriteBytes(Utf8JsonWriter json, JsonElement token)
    {
        if (!token.TryGetProperty("bytes", out JsonElement bytes) || bytes.ValueKind != JsonValueKind.Array) return;
        json.WriteStartArray("bytes");
        foreach (JsonElement one in bytes.EnumerateArray())
        {
            if (one.ValueKind != JsonValueKind.Number || !one.TryGetByte(out byte value))
            {
                throw Malformed("a byte that is none");
            }
            json.WriteNumberValue(value);
        }
        json.WriteEndArray();
    }

    private static ServerException Malformed(string what) =>
        new(ServerFault.Malformed, $"the server sent log probabilities that are none: {what}");
}
