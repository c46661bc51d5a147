using System.Text.Json;

namespace LlmBridge.Interop;

/// <summary>What llmb_call_details tells.</summary>
/// <param name="CachedPromptTokens">Tokens of the prompt that the engine did not read again.</param>
/// <param name="Replaced">How often bytes that are no UTF-8 became U+FFFD.</param>
/// <param name="Constrained">How much of the call's JSON Schema the engine kept to by itself; null without one.</param>
/// <param name="ToolParse">Whether the model's calls of functions could be read; null without tools.</param>
internal readonly record struct CallDetails(
    long CachedPromptTokens, long Replaced, string? Constrained, string? ToolParse)
{
    /// <summary>Whether llmb_call_logprobs has something to tell.</summary>
    public bool HasLogprobs { get; init; }

    /// <summary>Whether llmb_call_reasoning has something to tell.</summary>
    public bool HasReasoning { get; init; }

    /// <summary>Reads the object without making one of each member: this is done for every answer.</summary>
    public static CallDetails Parse(ReadOnlySpan<byte> json)
    {
        var details = default(CallDetails);
        var reader = new Utf8JsonReader(json);
        reader.Read(); // the brace
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool cached = reader.ValueTextEquals("cached_prompt_tokens"u8);
            bool replaced = reader.ValueTextEquals("replaced"u8);
            bool constrained = reader.ValueTextEquals("constrained"u8);
            bool logprobs = reader.ValueTextEquals("logprobs"u8);
            bool reasoning = reader.ValueTextEquals("reasoning"u8);
            bool toolParse = reader.ValueTextEquals("tool_parse"u8);
            reader.Read();
            if (cached) details = details with { CachedPromptTokens = reader.GetInt64() };
            else if (replaced) details = details with { Replaced = reader.GetInt64() };
            else if (constrained) details = details with { Constrained = reader.GetString() };
            else if (logprobs) details = details with { HasLogprobs = reader.GetBoolean() };
            else if (reasoning) details = details with { HasReasoning = reader.GetBoolean() };
            else if (toolParse) details = details with { ToolParse = reader.GetString() };
            else reader.Skip(); // a member of a later version
        }
        return details;
    }
}
