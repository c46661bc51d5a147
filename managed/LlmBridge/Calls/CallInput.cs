namespace LlmBridge;

/// <summary>What one call asks: a prompt or a conversation, and how.</summary>
/// <param name="Prompt">The prompt; empty where there is a conversation.</param>
/// <param name="MessagesJson">The conversation; null where there is a prompt.</param>
/// <param name="Options">What the call asks for.</param>
internal readonly record struct CallInput(string Prompt, string? MessagesJson, CallOptions? Options)
{
    private const string MessagesSetting = "messages";

    /// <exception cref="ArgumentException">The prompt is empty, or has a NUL in it.</exception>
    public static CallInput Of(string prompt, CallOptions? options)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        if (HasMessages(options))
        {
            return prompt.Length == 0
                ? new CallInput("", null, options)
                : throw new ArgumentException(
                    "a prompt and a conversation (CallOptions.Messages) stand beside each other: give one of them",
                    nameof(prompt));
        }
        if (prompt.Length == 0) throw new ArgumentException("the prompt is empty", nameof(prompt));
        int nul = prompt.IndexOf('\0', StringComparison.Ordinal);
        if (nul >= 0) throw new ArgumentException($"the prompt has a NUL in it, at {nul}", nameof(prompt));
        return new CallInput(prompt, null, options);
    }

    /// <exception cref="ArgumentException">There is no message, or another conversation in the options.</exception>
    public static CallInput Of(IEnumerable<LlmMessage> messages, CallOptions? options)
    {
        string json = MessageJson.Of(messages);
        if (!HasMessages(options)) return new CallInput("", json, options);
        throw new ArgumentException(
            "a conversation stands in the options too (CallOptions.Messages): give one of them", nameof(messages));
    }

    /// <summary>Writes the settings of the call.</summary>
    public void WriteTo(ISettingsWriter writer)
    {
        Options?.WriteTo(writer);
        if (MessagesJson is not null) writer.Text("messages"u8, MessagesJson);
    }

#pragma warning disable CS0618 // the former way to give a conversation works for a release more
    private static bool HasMessages(CallOptions? options) =>
        options is not null
        && (options.Messages is not null || options.Settings?.ContainsKey(MessagesSetting) == true);
#pragma warning restore CS0618
}
