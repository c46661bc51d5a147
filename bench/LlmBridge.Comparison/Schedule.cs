namespace LlmBridge.Comparison;

/// <summary>How long and how often is measured.</summary>
/// <param name="Turns">How often each way gets its turn, so that what else the machine does falls on all.</param>
/// <param name="TurnSeconds">No round of a turn begins later.</param>
/// <param name="Starts">How many hosts are started for cold start and recovery.</param>
/// <param name="Metrics">What is measured with all threads.</param>
/// <param name="SingleThreadMetrics">What is measured with one thread besides.</param>
internal sealed record Schedule(
    int Turns, double TurnSeconds, int Starts, IReadOnlyList<Metric> Metrics, IReadOnlyList<Metric> SingleThreadMetrics)
{
    /// <summary>More prompts than a turn has time for, and numbers enough for all turns.</summary>
    public const int RoundsMax = 1000;

    /// <summary>ggml's threads look for new work for a while after a decode; the next way should not feel it.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(300);

    public static Schedule Full { get; } =
        new(3, 1, 3, Metric.All, [Metric.Of("one_token_tiny"), Metric.Of("tokens_1"), Metric.Of("tokens_8")]);

    public static Schedule Quick { get; } = new(
        1, 0.3, 1, [.. Metric.All.Where(metric => metric.Key is not ("tokens_2" or "tokens_4"))], []);
}
