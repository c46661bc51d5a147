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
}
