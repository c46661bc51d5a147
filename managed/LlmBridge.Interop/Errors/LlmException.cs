namespace LlmBridge;

/// <summary>A call failed, or a bridge could not be opened; <see cref="Error"/> says how.</summary>
public class LlmException(LlmError error, Exception? inner = null)
    : Exception($"{error.Code}: {error.Message}", inner), ILlmFailure
{
    /// <inheritdoc/>
    public LlmError Error { get; } = error;
}
