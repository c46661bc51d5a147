namespace LlmBridge.OpenAI;

/// <summary>A server's failure, told once.</summary>
public sealed class ServerException : Exception
{
    /// <summary>Makes one.</summary>
    public ServerException(ServerFault fault, string message, Exception? inner = null)
        : base(message, inner) => Fault = fault;

    /// <summary>What went wrong.</summary>
    public ServerFault Fault { get; }

    /// <summary>How long the server asked to be left alone; null where it did not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>True where the server has begun nothing: asking again, or elsewhere, does and costs nothing
    /// twice.</summary>
    public bool NothingBegun { get; init; }

    /// <summary>True where what was asked for is not at this address, but may be at another.</summary>
    internal bool IsElsewhere { get; init; }

    /// <summary>True where the server did nothing wrong: it was asked for what its kind does not do.</summary>
    internal bool IsInnocent { get; init; }

    /// <summary>True where it is the server that does not work, and not the request that it cannot serve.</summary>
    internal bool IsServersFault => !IsInnocent
        && Fault is ServerFault.Unavailable or ServerFault.Overloaded or ServerFault.CutOff or ServerFault.Stalled;
}
