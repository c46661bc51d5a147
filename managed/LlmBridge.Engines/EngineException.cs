namespace LlmBridge.Engines;

/// <summary>Ends a request, or while loading the engine, with a status and a message for the caller.</summary>
public sealed class EngineException(LlmStatus status, string message) : Exception(message)
{
    /// <summary>What the caller gets.</summary>
    public LlmStatus Status { get; } = status;

    /// <summary>What was being done; null where it is the request's usual work.</summary>
    public LlmPhase? Phase { get; init; }

    internal static EngineException Unsupported(string message) => new(LlmStatus.Unsupported, message);
}
