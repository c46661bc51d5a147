namespace LlmBridge;

/// <summary>An exception that carries the library's own account of what failed.</summary>
public interface ILlmFailure
{
    /// <summary>What failed and why.</summary>
    LlmError Error { get; }
}
