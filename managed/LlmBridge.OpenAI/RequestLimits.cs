namespace LlmBridge.OpenAI;

/// <summary>How long is waited for servers, and how often they are asked.</summary>
public sealed record RequestLimits
{
    /// <summary>How long a server may send nothing of an answer that it has begun; infinite for ever.</summary>
    public TimeSpan Stall { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>How often all servers are tried again where none could be reached.</summary>
    public int Retries { get; init; } = 1;

    /// <summary>The time left for the request; infinite if there is no limit.</summary>
    public Func<TimeSpan> Remaining { get; init; } = () => Timeout.InfiniteTimeSpan;
}
