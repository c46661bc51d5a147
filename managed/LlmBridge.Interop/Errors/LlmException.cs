namespace LlmBridge;

/// <summary>A call failed, or a bridge could not be opened; <see cref="Error"/> says how. What a caller could have
/// known before is an <see cref="ArgumentException"/> instead.</summary>
/// <param name="error">What failed and why.</param>
/// <param name="inner">What it comes from, if that is an exception.</param>
#pragma warning disable CS0618 // ILlmFailure goes with the next release
public class LlmException(LlmError error, Exception? inner = null)
    : Exception($"{error.Code}: {error.Message}", inner), ILlmFailure
#pragma warning restore CS0618
{
    /// <summary>A failure as tests make one.</summary>
    /// <param name="status">How the call ended.</param>
    /// <param name="message">What failed.</param>
    public LlmException(LlmStatus status, string message)
        : this(new LlmError { Status = status, Message = message })
    {
    }

    /// <summary>What failed and why.</summary>
    public LlmError Error { get; } = error;
}
