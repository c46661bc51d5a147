namespace LlmBridge.Cli;

/// <summary>Says so when the answers come from the demonstration model, lest anyone judge a real one by it.</summary>
internal static class DemonstrationModel
{
    public static void Announce(BridgeOptions options)
    {
        bool isOther = NamedSettings.Of(options, "engine") is { } engine
            ? engine != "llama"
            : LlmDefaults.Engine != LlmEngine.Llama;
        if (isOther || NamedSettings.Of(options, "model") is not null) return;
        Console.Error.WriteLine(
            "llmbridge: no model is named, so the small demonstration model answers (--model FILE names another)");
    }
}
