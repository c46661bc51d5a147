namespace LlmBridge.TestModels.Gguf;

/// <summary>The names of tensor types on the command line and in names of files.</summary>
internal static class TensorTypes
{
    private static readonly Dictionary<string, TensorType> s_types = new(StringComparer.Ordinal)
    {
        ["f32"] = TensorType.F32,
        ["f16"] = TensorType.F16,
        ["q8_0"] = TensorType.Q80,
        ["q4_0"] = TensorType.Q40,
    };

    internal static string NameOf(TensorType type) => s_types.Single(pair => pair.Value == type).Key;

    internal static TensorType Named(string name) => s_types.TryGetValue(name, out TensorType type) ? type
        : throw new ArgumentException($"--type is one of {string.Join(", ", s_types.Keys)}, not {name}");
}
