using LlmBridge.TestModels.Gguf;

namespace LlmBridge.TestModels;

/// <summary>
/// A chain of 4.3 GB that takes no room on disk: its experts are holes. A token touches one of them, so the size is a
/// matter of mapping, not of arithmetic.
/// </summary>
internal static class SparseModel
{
    internal static void Write(string path) =>
        new ChainModel { Type = TensorType.F16, Layers = 2, FeedForward = 43840, Experts = 256 }.Write(path);
}
