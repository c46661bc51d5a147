namespace LlmBridge.Comparison;

/// <summary>What a host says of an order.</summary>
internal sealed record Outcome
{
    /// <summary>How long each round took.</summary>
    public IReadOnlyList<double> Seconds { get; init; } = [];

    /// <summary>The last round's tokens, all streams together.</summary>
    public long Tokens { get; init; }

    public string? Text { get; init; }

    /// <summary>The beginning of the first vector.</summary>
    public IReadOnlyList<double>? Vector { get; init; }

    /// <summary>The helper process, 0 if there is none.</summary>
    public int Pid { get; init; }

    public string? Error { get; init; }
}

/// <summary>A way could not be measured, and why.</summary>
internal sealed class MeasureException(string message) : Exception(message);
