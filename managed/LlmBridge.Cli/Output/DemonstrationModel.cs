namespace LlmBridge.Cli;

/// <summary>Says so when the answers come from the demonstration model, lest anyone judge a real one by it.</summary>
internal static class DemonstrationModel
{
    public static void Announce(BridgeOptions options)
    {
        bool isOther = Named(options, "engine") is { } engine
            ? engine != "llama"
            : LlmDefaults.Engine != LlmEngine.Llama;
        if (isOther || Named(options, "model") is not null) return;
        Console.Error.WriteLine(
            "llmbridge: no model is named, so the small demonstration model answers (--model FILE names another)");
    }

    /// <summary>A setting's value by the options or the environment; null where neither has one.</summary>
    public static string? Named(BridgeOptions options, string setting)
    {
        if (options.Settings?.TryGetValue(setting, out string? value) == true) return value;
        string? variable = Environment.GetEnvironmentVariable("LLMBRIDGE_" + setting.ToUpperInvariant());
        return string.IsNullOrEmpty(variable) ? null : variable;
    }
}
