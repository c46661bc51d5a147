namespace LlmBridge;

/// <summary>A time limit of the call passed; <see cref="LlmException.Error"/> says which one and what the engine was
/// doing.</summary>
public sealed class LlmTimeoutException(LlmError error, Exception? inner = null) : LlmException(error, inner);
