using System.Text;
using System.Text.Json;

namespace LlmBridge.Serve;

/// <summary>The log probabilities of an answer's tokens, as OpenAI's interface has them.</summary>
internal static class Logprobs
{
    /// <summary>The member `logprobs` of a choice; null where nothing is told.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<LlmTokenLogProbability>? tokens, bool isChat)
    {
        if (tokens is null)
        {
            json.WriteNull("logprobs");
            return;
        }
        json.WriteStartObject("logprobs");
        if (isChat) WriteChat(json, tokens);
        else WritePlain(json, tokens);
        json.WriteEndObject();
    }

    private static void WriteChat(Utf8JsonWriter json, IReadOnlyList<LlmTokenLogProbability> tokens)
    {
        json.WriteStartArray("content");
        foreach (LlmTokenLogProbability token in tokens)
        {
            json.WriteStartObject();
            WriteToken(json, token);
            json.WriteStartArray("top_logprobs");
            foreach (LlmTokenLogProbability other in token.Top)
            {
                json.WriteStartObject();
                WriteToken(json, other);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteNull("refusal");
    }

    private static void WriteToken(Utf8JsonWriter json, LlmTokenLogProbability token)
    {
        json.WriteString("token", token.Token);
        json.WriteNumber("logprob", token.LogProbability);
        json.WriteStartArray("bytes");
        ReadOnlyMemory<byte> bytes = token.Bytes ?? Encoding.UTF8.GetBytes(token.Token);
        foreach (byte one in bytes.Span) json.WriteNumberValue(one);
        json.WriteEndArray();
    }

    /// <summary>Rows beside each other; where each token begins is counted in characters.</summary>
    private static void WritePlain(Utf8JsonWriter json, IReadOnlyList<LlmTokenLogProbability> tokens)
    {
        json.WriteStartArray("tokens");
        foreach (LlmTokenLogProbability token in tokens) json.WriteStringValue(token.Token);
        json.WriteEndArray();
        json.WriteStartArray("token_logprobs");
        foreach (LlmTokenLogProbability token in tokens) json.WriteNumberValue(token.LogProbability);
        json.WriteEndArray();
        json.WriteStartArray("top_logprobs");
        foreach (LlmTokenLogProbability token in tokens)
        {
            json.WriteStartObject();
            foreach (LlmTokenLogProbability other in token.Top.DistinctBy(one => one.Token))
            {
                json.WriteNumber(other.Token, other.LogProbability);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("text_offset");
        int offset = 0;
        foreach (LlmTokenLogProbability token in tokens)
        {
            json.WriteNumberValue(offset);
            offset += token.Token.EnumerateRunes().Count();
        }
        json.WriteEndArray();
    }
}
