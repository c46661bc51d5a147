namespace LlmBridge.Cli;

/// <summary>A GGUF file that some tool has fetched.</summary>
/// <param name="Name">What -m takes: the file's name without .gguf, or Ollama's name of the model.</param>
/// <param name="Source">Whose cache it lies in.</param>
/// <param name="Path">The file.</param>
internal sealed record FoundModel(string Name, string Source, string Path)
{
    /// <summary>The file itself where <see cref="Path"/> is a link: Hugging Face's snapshots share their
    /// blobs.</summary>
    public string Target { get; } = TargetOf(Path);

    private static string TargetOf(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return path; // links in a circle, say: what is wrong with it is told when it is read
        }
    }
}
