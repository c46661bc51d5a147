namespace LlmBridge.TestModels.Gguf;

/// <summary>How a tensor's numbers are stored; the values are those of the file format.</summary>
public enum TensorType
{
    F32 = 0,
    F16 = 1,
    Q40 = 2,
    Q80 = 8,
}
