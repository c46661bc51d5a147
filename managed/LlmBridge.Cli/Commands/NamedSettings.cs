namespace LlmBridge.Cli;

/// <summary>What a command's options and the environment say of a setting.</summary>
internal static class NamedSettings
{
    /// <summary>A setting's value: the option's, else that of its LLMBRIDGE_ variable; null where neither has
    /// one.</summary>
    public static string? Of(BridgeOptions options, string setting)
    {
        if (options.Settings?.GetValueOrDefault(setting) is { } value) return value.Length > 0 ? value : null;
        string? variable = Environment.GetEnvironmentVariable("LLMBRIDGE_" + setting.ToUpperInvariant());
        return string.IsNullOrEmpty(variable) ? null : variable;
    }
}
