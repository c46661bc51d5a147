using System.Text.Json;

namespace LlmBridge;

/// <summary>How probable a token of an answer was, by the model's own distribution.</summary>
/// <param name="Token">Its text; where it is no UTF-8 by itself, with U+FFFD.</param>
/// <param name="LogProbability">The natural logarithm of its probability; -9999 where the model excluded it.</param>
public sealed record LlmTokenLogProbability(string Token, double LogProbability)
{
    /// <summary>Its number in the model's vocabulary, where the engine has told it.</summary>
    public int? Id { get; init; }

    /// <summary>Its bytes, where it is no UTF-8 by itself; null where Token says all.</summary>
    public ReadOnlyMemory<byte>? Bytes { get; init; }

    /// <summary>The likeliest tokens at its place, the first one first; as many as CallOptions.Logprobs says.</summary>
    public IReadOnlyList<LlmTokenLogProbability> Top { get; init; } = [];

    private static readonly JsonDocumentOptions s_deep = new() { MaxDepth = 1024 }; // more than the library lets pass

    /// <summary>What llmb_call_logprobs tells.</summary>
    internal static IReadOnlyList<LlmTokenLogProbability> ParseList(ReadOnlyMemory<byte> json)
    {
        using JsonDocument document = JsonDocument.Parse(json, s_deep);
        return ParseList(document.RootElement);
    }

    private static LlmTokenLogProbability[] ParseList(JsonElement list) => [.. list.EnumerateArray().Select(Parse)];

    private static LlmTokenLogProbability Parse(JsonElement token) =>
        new(token.GetProperty("token").GetString()!, token.GetProperty("logprob").GetDouble())
        {
            Id = token.TryGetProperty("id", out JsonElement id) && id.ValueKind == JsonValueKind.Number
                && id.TryGetInt32(out int number) ? number : null,
            Bytes = token.TryGetProperty("bytes", out JsonElement bytes) && bytes.ValueKind == JsonValueKind.Array
                ? new ReadOnlyMemory<byte>([.. bytes.EnumerateArray().Select(one => one.GetByte())])
                : default(ReadOnlyMemory<byte>?),
            Top = token.TryGetProperty("top_logprobs", out JsonElement top) ? ParseList(top) : [],
        };
}
