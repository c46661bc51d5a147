namespace LlmBridge;

/// <summary>A time limit of the call passed; <see cref="LlmException.Error"/> says which one and what the engine was
/// doing.</summary>
/// <param name="error">What failed and why.</param>
/// <param name="inner">What it comes from, if that is an exception.</param>
public sealed class LlmTimeoutException(LlmError error, Exception? inner = null) : LlmException(error, inner)
{
    /// <summary>A time limit that passed, as tests make one.</summary>
    /// <param name="message">Which it was.</param>
    public LlmTimeoutException(string message)
        : this(new LlmError { Status = LlmStatus.DeadlineExceeded, Message = message })
    {
    }
}
