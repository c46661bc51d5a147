namespace LlmBridge.TestModels;

/// <summary>The folder in which models that are made once are kept; llmbridge-bench looks there, too.</summary>
internal static class ModelCache
{
    /// <summary>The path of a model, which is written first where it is not there yet.</summary>
    internal static string Make(string name, Action<string> write)
    {
        string folder = Folder();
        string path = Path.Combine(folder, name);
        if (File.Exists(path))
        {
            return path;
        }

        Directory.CreateDirectory(folder);
        string unfinished = $"{path}.{Environment.ProcessId}.part";
        try
        {
            write(unfinished);
            File.Move(unfinished, path, overwrite: true); // whoever makes it at the same time makes the same
        }
        finally
        {
            File.Delete(unfinished);
        }

        return path;
    }

    private static string Folder() =>
        Variable("LLMBRIDGE_CACHE")
        ?? (Variable("XDG_CACHE_HOME") is { } caches ? Path.Combine(caches, "llmbridge") : null)
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "llmbridge");

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
