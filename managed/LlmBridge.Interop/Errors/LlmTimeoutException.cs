namespace LlmBridge;

/// <summary>A time limit of the call passed; <see cref="Error"/> says which one and what the engine was
/// doing.</summary>
public sealed class LlmTimeoutException(LlmError error)
    : TimeoutException($"{error.Code}: {error.Message}"), ILlmFailure
{
    /// <inheritdoc/>
    public LlmError Error { get; } = error;
}
