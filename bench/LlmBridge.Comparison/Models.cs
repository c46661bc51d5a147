namespace LlmBridge.Comparison;

/// <summary>The files of the models; those of real sizes are made where they are missing.</summary>
internal sealed class Models(string? one)
{
    private readonly Dictionary<ModelKind, string> _files =
        Enum.GetValues<ModelKind>().ToDictionary(kind => kind, kind => one ?? Find(kind));

    public string this[ModelKind kind] => _files[kind];

    public IReadOnlyList<ModelFile> Files =>
        [.. _files.Select(
            file => new ModelFile(file.Key, Path.GetFileName(file.Value), new FileInfo(file.Value).Length))];

    private static string Find(ModelKind kind) => kind == ModelKind.Tiny
        ? Repository.At("models/demo/demo.gguf")
        : Tool.Run("dotnet", Path.Combine(AppContext.BaseDirectory, "LlmBridge.TestModels.dll"), "speed", "--kind",
            kind == ModelKind.Speed ? "generate" : "embed")
            ?? throw new MeasureException("the model cannot be made");
}
