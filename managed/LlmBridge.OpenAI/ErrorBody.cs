using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LlmBridge.OpenAI;

/// <summary>Reads what servers say of a failure: OpenAI's, llama-server's, vLLM's, Ollama's, FastAPI's, LM Studio's
/// forms, or text.</summary>
public static class ErrorBody
{
    private const int TextMax = 400;

    /// <summary>What servers say when a prompt is too long, by code, type or words alone.</summary>
    private static readonly string[] s_overflows =
    [
        "context_length_exceeded", "exceed_context_size", "maximum context length", "available context size",
        "context size has been exceeded", "exceeds the context", "exceed the context", "context window",
        "model's context length", "maximum model length", "max_model_len", "prompt is too long", "input is too long",
        "input length", "too many tokens",
    ];

    private static readonly string[] s_overloads =
        ["overloaded", "rate limit", "rate_limit", "too many requests", "server busy", "queue is full", "at capacity"];

    private static readonly string[] s_loading =
        ["loading model", "model is loading", "currently loading", "warming up"];

    /// <summary>The failure that a response of this status and body, from this server, tells of.</summary>
    public static ServerException Of(ServerUrl from, int status, string body, TimeSpan? retryAfter)
    {
        string text = TextOf(body);
        string code = status.ToString(CultureInfo.InvariantCulture);
        string said = $"{from}: HTTP {code}: {(text.Length == 0 ? "nothing said" : text)}";
        return new ServerException(FaultOf(status, text, body), said)
        {
            RetryAfter = retryAfter,
            NothingBegun = status is 429 or 503,
            IsElsewhere = status is 404 or 405 or 501,
        };
    }

    /// <summary>The failure that an error inside of a good response tells of.</summary>
    public static ServerException InStream(string body)
    {
        string text = TextOf(body);
        return new ServerException(FaultOf(CodeOf(body), text, body), $"the server: {text}");
    }

    /// <summary>True where the server says that it is still loading its model.</summary>
    public static bool SaysLoading(string message) => ContainsOne(message, s_loading);

    /// <summary>The words of an error, cut to a length that can be told.</summary>
    public static string TextOf(string body)
    {
        ArgumentNullException.ThrowIfNull(body);
        string text = body;
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            text = Words(document.RootElement, 0) ?? body;
        }
        catch (JsonException)
        {
            // Text, or a page of a proxy.
        }
        text = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return text.Length <= TextMax ? text : string.Concat(text.AsSpan(0, TextMax), "...");
    }

    private static ServerFault FaultOf(int status, string text, string body)
    {
        if (status is not (401 or 403 or 404) && (ContainsOne(text, s_overflows) || ContainsOne(body, s_overflows)))
        {
            return ServerFault.ContextFull;
        }
        if (body.Contains("insufficient_quota", StringComparison.Ordinal)) return ServerFault.Refused;
        if (ContainsOne(text, s_loading)) return ServerFault.Unavailable;
        return status switch
        {
            429 => ServerFault.Overloaded,
            _ when ContainsOne(text, s_overloads) => ServerFault.Overloaded,
            502 or 503 or 504 or 529 => ServerFault.Unavailable,
            400 or 413 or 422 => ServerFault.Invalid,
            501 => ServerFault.Unsupported,
            _ => ServerFault.Refused,
        };
    }

    private static bool ContainsOne(string text, string[] words) =>
        words.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));

    private static int CodeOf(string body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            JsonElement root = document.RootElement;
            bool isInside = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("error", out _);
            if (isInside) root = root.GetProperty("error");
            bool found = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("code", out JsonElement code)
                && code.ValueKind == JsonValueKind.Number && code.TryGetInt32(out int number)
                && number is >= 400 and < 600;
            return found ? root.GetProperty("code").GetInt32() : 0;
        }
        catch (JsonException)
        {
            return 0;
        }
    }

    private static string? Words(JsonElement element, int depth)
    {
        if (depth > 4) return null;
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                return element.GetString();
            case JsonValueKind.Array:
                var all = new StringBuilder();
                foreach (JsonElement item in element.EnumerateArray().Take(8))
                {
                    string? words = Words(item, depth + 1);
                    if (!string.IsNullOrEmpty(words)) all.Append(all.Length > 0 ? "; " : "").Append(words);
                }
                return all.Length > 0 ? all.ToString() : null;
            case JsonValueKind.Object:
                foreach (string name in (ReadOnlySpan<string>)["error", "message", "detail", "msg"])
                {
                    bool has = element.TryGetProperty(name, out JsonElement inner);
                    if (has && Words(inner, depth + 1) is { } said) return said;
                }
                return null;
            default:
                return null;
        }
    }
}
