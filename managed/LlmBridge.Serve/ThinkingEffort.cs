using System.Text.Json;

namespace LlmBridge.Serve;

/// <summary>OpenAI's word for how long a model thinks. That is the model's to decide; "none" is the only one by which
/// it does not think.</summary>
internal static class ThinkingEffort
{
    public static LlmThinking Read(JsonElement effort, string name) => RequestBody.Text(effort, name) switch
    {
        "none" => LlmThinking.Off,
        "minimal" or "low" or "medium" or "high" or "xhigh" => LlmThinking.On,
        _ => throw ApiException.Wrong(name, "allowed is none, minimal, low, medium, high or xhigh"),
    };
}
