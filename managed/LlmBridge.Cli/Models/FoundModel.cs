namespace LlmBridge.Cli;

/// <summary>A GGUF file that some tool has fetched.</summary>
/// <param name="Name">What -m takes: the file's name without .gguf, or Ollama's name of the model.</param>
/// <param name="Source">Whose cache it lies in.</param>
/// <param name="Path">The file.</param>
internal sealed record FoundModel(string Name, string Source, string Path);
