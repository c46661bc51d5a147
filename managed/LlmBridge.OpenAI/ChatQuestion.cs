using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LlmBridge.OpenAI;

/// <summary>A chat request: what is asked, by the names of llmbridge's settings.</summary>
public sealed class ChatQuestion
{
    /// <summary>The prompt, where there are no messages.</summary>
    public required string Prompt { get; init; }

    /// <summary>The call's settings that were set, by name.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>The most tokens of the answer.</summary>
    public required long MaxTokens { get; init; }

    /// <summary>How freely tokens are chosen.</summary>
    public required double Temperature { get; init; }

    /// <summary>True where the model may call tools.</summary>
    public bool HasTools => Settings.GetValueOrDefault("tools") is { } tools && tools.Contains('{')
        && Settings.GetValueOrDefault("tool_choice") != "none";

    /// <summary>True where the answer is bound to a form that a server could not take up in its middle.</summary>
    public bool IsBound => HasTools || Settings.ContainsKey("json_schema") || Settings.ContainsKey("logprobs")
        || Settings.GetValueOrDefault("expect") == "json";

    /// <summary>The body of a request.</summary>
    /// <param name="model">The server's name of the model.</param>
    /// <param name="dialect">What the server takes.</param>
    /// <param name="asksUsage">Whether to ask for the tokens' count.</param>
    /// <param name="newLimitName">Whether the server wants max_completion_tokens instead of max_tokens.</param>
    /// <param name="begun">What the answer begins with already: it is to go on from there.</param>
    /// <param name="begunTokens">How many tokens that is, at most.</param>
    /// <exception cref="ServerException">The server's interface has no place for a setting, or the messages are
    /// none.</exception>
    public byte[] Body(
        string model, ServerDialect dialect, bool asksUsage, bool newLimitName, string begun = "", long begunTokens = 0)
    {
        ArgumentNullException.ThrowIfNull(dialect);
        var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("model", model);
            WriteMessages(json, begun);
            json.WriteBoolean("stream", true);
            if (asksUsage)
            {
                json.WriteStartObject("stream_options");
                json.WriteBoolean("include_usage", true);
                json.WriteEndObject();
            }
            string limitName = newLimitName ? "max_completion_tokens" : "max_tokens";
            json.WriteNumber(limitName, Math.Max(1, MaxTokens - begunTokens));
            json.WriteNumber("temperature", Temperature);
            if (Settings.TryGetValue("top_p", out string? topP)) json.WriteNumber("top_p", Number(topP));
            foreach (string name in (ReadOnlySpan<string>)["presence_penalty", "frequency_penalty"])
            {
                if (Settings.TryGetValue(name, out string? penalty)) json.WriteNumber(name, Number(penalty));
            }
            WriteBiases(json);
            if (Settings.TryGetValue("logprobs", out string? beside))
            {
                json.WriteBoolean("logprobs", true);
                json.WriteNumber("top_logprobs", Whole(beside));
            }
            if (Settings.TryGetValue("seed", out string? seed)) json.WriteNumber("seed", Whole(seed));
            WriteExtensions(json, dialect);
            WriteStop(json);
            WriteFormat(json);
            WriteTools(json);
            WriteThinking(json, dialect);
            if (dialect.TellsPrompt) json.WriteBoolean("return_progress", true);
            if (begun.Length > 0 && dialect.ContinueFlags)
            {
                json.WriteBoolean("add_generation_prompt", false);
                json.WriteBoolean("continue_final_message", true);
            }
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static long Whole(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private void WriteMessages(Utf8JsonWriter json, string begun)
    {
        json.WriteStartArray("messages");
        if (Settings.TryGetValue("system", out string? system) && system.Length > 0)
        {
            WriteMessage(json, "system", system);
        }
        if (Settings.TryGetValue("messages", out string? messages) && messages.Length > 0)
        {
            try
            {
                using JsonDocument document = JsonDocument.Parse(messages);
                foreach (JsonElement message in document.RootElement.EnumerateArray()) message.WriteTo(json);
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                throw new ServerException(ServerFault.Invalid, "messages: allowed is a JSON array of objects", e)
                {
                    NothingBegun = true,
                };
            }
        }
        else
        {
            WriteMessage(json, "user", Prompt);
        }
        if (begun.Length > 0) WriteMessage(json, "assistant", begun);
        json.WriteEndArray();
    }

    private static void WriteMessage(Utf8JsonWriter json, string role, string text)
    {
        json.WriteStartObject();
        json.WriteString("role", role);
        json.WriteString("content", text);
        json.WriteEndObject();
    }

    private void WriteExtensions(Utf8JsonWriter json, ServerDialect dialect)
    {
        foreach (string name in (ReadOnlySpan<string>)["top_k", "min_p", "repeat_penalty", "min_tokens"])
        {
            if (!Settings.TryGetValue(name, out string? value)) continue;
            string? theirs = name switch
            {
                "repeat_penalty" => dialect.RepeatPenalty,
                "min_tokens" => dialect.HasMinTokens ? name : null,
                _ => dialect.HasTopK ? name : null,
            };
            if (theirs is null)
            {
                throw new ServerException(
                    ServerFault.Unsupported, $"{name}: the server's interface ({dialect.Name}) has no place for it")
                {
                    NothingBegun = true,
                };
            }
            json.WriteNumber(theirs, Number(value));
        }
    }

    private void WriteBiases(Utf8JsonWriter json)
    {
        if (!Settings.TryGetValue("logit_bias", out string? biases) || biases.Length == 0) return;
        try
        {
            using JsonDocument document = JsonDocument.Parse(biases);
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new JsonException("it is no object");
            json.WritePropertyName("logit_bias");
            document.RootElement.WriteTo(json);
        }
        catch (JsonException e)
        {
            throw new ServerException(
                ServerFault.Invalid, "logit_bias: allowed is a JSON object of token ids and numbers", e)
            {
                NothingBegun = true,
            };
        }
    }

    private void WriteStop(Utf8JsonWriter json)
    {
        if (!Settings.TryGetValue("stop", out string? stop) || stop.Length == 0) return;
        if (stop[0] != '[')
        {
            json.WriteString("stop", stop);
            return;
        }
        json.WritePropertyName("stop");
        json.WriteRawValue(stop);
    }

    private void WriteTools(Utf8JsonWriter json)
    {
        if (!Settings.TryGetValue("tools", out string? tools) || !tools.Contains('{')) return;
        json.WritePropertyName("tools");
        json.WriteRawValue(tools);
        if (Settings.TryGetValue("parallel_tool_calls", out string? many))
        {
            json.WriteBoolean("parallel_tool_calls", many == "on");
        }
        if (!Settings.TryGetValue("tool_choice", out string? choice)) return;
        if (choice is "auto" or "none" or "required")
        {
            json.WriteString("tool_choice", choice);
            return;
        }
        json.WriteStartObject("tool_choice");
        json.WriteString("type", "function");
        json.WriteStartObject("function");
        json.WriteString("name", choice);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteThinking(Utf8JsonWriter json, ServerDialect dialect)
    {
        if (Settings.GetValueOrDefault("thinking") is not ("on" or "off")) return;
        if (!dialect.TakesThinking)
        {
            throw new ServerException(
                ServerFault.Unsupported, $"thinking: the server's interface ({dialect.Name}) has no place for it")
            {
                NothingBegun = true,
            };
        }
        json.WriteStartObject("chat_template_kwargs");
        json.WriteBoolean("enable_thinking", Settings["thinking"] == "on");
        json.WriteEndObject();
    }

    private void WriteFormat(Utf8JsonWriter json)
    {
        if (Settings.TryGetValue("json_schema", out string? schema) && schema.Length > 0)
        {
            json.WriteStartObject("response_format");
            json.WriteString("type", "json_schema");
            json.WriteStartObject("json_schema");
            json.WriteString("name", "answer");
            json.WritePropertyName("schema");
            json.WriteRawValue(Encoding.UTF8.GetBytes(schema));
            json.WriteEndObject();
            json.WriteEndObject();
        }
        else if (Settings.GetValueOrDefault("expect") == "json")
        {
            json.WriteStartObject("response_format");
            json.WriteString("type", "json_object");
            json.WriteEndObject();
        }
    }
}
