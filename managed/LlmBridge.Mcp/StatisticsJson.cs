using System.Text.Json;

namespace LlmBridge.Mcp;

/// <summary>How the server fares, as JSON.</summary>
internal static class StatisticsJson
{
    public static string Of(LlmClient client)
    {
        LlmStatistics now = client.GetStatistics();
        return JsonSerializer.Serialize(new Dictionary<string, object?>
        {
            ["calls"] = new Dictionary<string, object>
            {
                ["active"] = now.CallsActive,
                ["queued"] = now.CallsQueued,
                ["started"] = now.CallsStarted,
                ["refused"] = now.CallsRefused,
                ["ended"] = now.CallsEnded.ToDictionary(ended => ended.Key.Name(), ended => ended.Value),
            },
            ["prompt_tokens"] = now.Usage.PromptTokens,
            ["completion_tokens"] = now.Usage.CompletionTokens,
            ["engines"] = new Dictionary<string, object>
            {
                ["ready"] = now.Engines.Ready,
                ["breaker"] = now.Breaker.Name(),
                ["load_progress"] = client.LoadProgress,
            },
            ["total_ms"] = Times(now.TotalTime),
            ["first_token_ms"] = Times(now.FirstTokenTime),
        });
    }

    private static Dictionary<string, object> Times(LlmHistogram times) => new()
    {
        ["count"] = times.Count,
        ["mean"] = times.Count > 0 ? Math.Round(times.Sum.TotalMilliseconds / times.Count, 3) : 0,
    };
}
