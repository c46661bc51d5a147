using System.Text.Json;

namespace LlmBridge.Serve;

/// <summary>The form of answers: chat completions, or plain ones.</summary>
/// <param name="IsChat">Whether it is a chat's.</param>
/// <param name="Model">The model's name.</param>
internal sealed record Answers(bool IsChat, string Model)
{
    private readonly string _id = (IsChat ? "chatcmpl-" : "cmpl-") + Guid.NewGuid().ToString("N");
    private readonly long _created = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    /// <summary>A whole answer.</summary>
    public void Whole(Utf8JsonWriter json, LlmReply reply)
    {
        Begin(json, IsChat ? "chat.completion" : "text_completion");
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", 0);
        if (IsChat)
        {
            json.WriteStartObject("message");
            json.WriteString("role", "assistant");
            if (reply.Text.Length > 0 || reply.ToolCalls.Count == 0) json.WriteString("content", reply.Text);
            else json.WriteNull("content");
            if (reply.Reasoning.Length > 0) json.WriteString("reasoning_content", reply.Reasoning);
            if (reply.ToolCalls.Count > 0) Tools.Write(json, reply.ToolCalls, isDelta: false);
            json.WriteNull("refusal");
            json.WriteEndObject();
        }
        else
        {
            json.WriteString("text", reply.Text);
        }
        Logprobs.Write(json, reply.LogProbabilities, IsChat);
        json.WriteString("finish_reason", NameOf(reply.FinishReason));
        json.WriteEndObject();
        json.WriteEndArray();
        WriteUsage(json, reply.Usage);
        json.WriteEndObject();
    }

    /// <summary>A part of one: a piece of text, or its end.</summary>
    public void Part(Utf8JsonWriter json, string text, bool isFirst, bool tellsUsage) =>
        Part(json, text, null, isFirst, tellsUsage, null);

    /// <summary>The end, with what is told of all its tokens.</summary>
    public void End(Utf8JsonWriter json, LlmUpdate update, LlmFinishReason end, bool tellsUsage) =>
        Part(json, "", end, false, tellsUsage, update);

    /// <summary>What an answer has beside its text: reasoning and calls of tools, each whole.</summary>
    public void Aside(Utf8JsonWriter json, LlmUpdate update, bool isFirst, bool tellsUsage) =>
        Part(json, "", null, isFirst, tellsUsage, update);

    /// <summary>Whether an update has anything beside its text.</summary>
    public bool HasAside(LlmUpdate update) => IsChat && (update.ToolCalls.Count > 0 || update.Reasoning.Length > 0);

    private void Part(
        Utf8JsonWriter json, string text, LlmFinishReason? end, bool isFirst, bool tellsUsage, LlmUpdate? last)
    {
        Begin(json, IsChat ? "chat.completion.chunk" : "text_completion");
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", 0);
        if (IsChat)
        {
            json.WriteStartObject("delta");
            if (isFirst) json.WriteString("role", "assistant");
            if (last is null) json.WriteString("content", text);
            else if (end is null) WriteAside(json, last);
            json.WriteEndObject();
        }
        else
        {
            json.WriteString("text", text);
        }
        Logprobs.Write(json, end is null ? null : last?.LogProbabilities, IsChat);
        if (end is { } reason) json.WriteString("finish_reason", NameOf(reason));
        else json.WriteNull("finish_reason");
        json.WriteEndObject();
        json.WriteEndArray();
        if (tellsUsage) json.WriteNull("usage"); // the last part of all has it
        json.WriteEndObject();
    }

    /// <summary>The last part of a stream that tells the tokens' count.</summary>
    public void Usage(Utf8JsonWriter json, LlmUsage usage)
    {
        Begin(json, IsChat ? "chat.completion.chunk" : "text_completion");
        json.WriteStartArray("choices");
        json.WriteEndArray();
        WriteUsage(json, usage);
        json.WriteEndObject();
    }

    private static void WriteAside(Utf8JsonWriter json, LlmUpdate update)
    {
        if (update.Reasoning.Length > 0) json.WriteString("reasoning_content", update.Reasoning);
        if (update.ToolCalls.Count > 0) Tools.Write(json, update.ToolCalls, isDelta: true);
    }

    private void Begin(Utf8JsonWriter json, string kind)
    {
        json.WriteStartObject();
        json.WriteString("id", _id);
        json.WriteString("object", kind);
        json.WriteNumber("created", _created);
        json.WriteString("model", Model);
    }

    private static string NameOf(LlmFinishReason end) => end switch
    {
        LlmFinishReason.Length => "length",
        LlmFinishReason.ToolCalls => "tool_calls",
        _ => "stop",
    };

    private static void WriteUsage(Utf8JsonWriter json, LlmUsage usage)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", usage.PromptTokens);
        json.WriteNumber("completion_tokens", usage.CompletionTokens);
        json.WriteNumber("total_tokens", usage.PromptTokens + usage.CompletionTokens);
        json.WriteStartObject("prompt_tokens_details");
        json.WriteNumber("cached_tokens", usage.CachedPromptTokens);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
