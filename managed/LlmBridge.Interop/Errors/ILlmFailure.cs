using System.ComponentModel;

namespace LlmBridge;

/// <summary>What exceptions of this library had in common before all of them were
/// <see cref="LlmException"/>s.</summary>
[Obsolete("Every failure is an LlmException now.")]
[EditorBrowsable(EditorBrowsableState.Never)]
public interface ILlmFailure
{
    /// <summary>What failed and why.</summary>
    LlmError Error { get; }
}
