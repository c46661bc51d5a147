namespace LlmBridge.Cli;

/// <summary>A bridge as it was at one moment, with what has changed since the moment before.</summary>
internal sealed record WatchSample
{
    public required DateTimeOffset Time { get; init; }

    public required LlmStatistics Statistics { get; init; }

    /// <summary>How far the model is loaded, from 0 to 1.</summary>
    public required double LoadProgress { get; init; }

    /// <summary>Calls that ended, for each second.</summary>
    public required double CallRate { get; init; }

    /// <summary>Tokens of answers, for each second.</summary>
    public required double TokenRate { get; init; }

    /// <summary>What came of the last probe that has ended; null before the first.</summary>
    public required WatchProbe? Probe { get; init; }

    /// <summary>What happened since the sample before.</summary>
    public required IReadOnlyList<LlmEvent> News { get; init; }
}

/// <summary>A small call that is made to see how it fares.</summary>
/// <param name="Total">How long it took, if it succeeded.</param>
/// <param name="Failure">How it failed, if it did.</param>
internal sealed record WatchProbe(TimeSpan Total, LlmError? Failure);
