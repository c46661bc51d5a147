namespace LlmBridge.Cli;

/// <summary>Where other tools keep the models that they have fetched.</summary>
internal static class ModelCaches
{
    private const int NamesToldMax = 10;

    /// <summary>All models of all caches, by name.</summary>
    public static IReadOnlyList<FoundModel> All() =>
    [
        .. Folders().SelectMany(cache => ModelFolders.Find(cache.Folder, cache.Source))
            .Concat(OllamaFolders().SelectMany(OllamaModels.Find))
            .DistinctBy(model => (model.Name, model.Target))
            .OrderBy(model => model.Name, StringComparer.Ordinal)
            .ThenBy(model => model.Path, StringComparer.Ordinal),
    ];

    /// <summary>The file that -m means: a file that is there, a path, or the one model that has the name or whose name
    /// contains it. What nothing is found for is left to the library, which says so.</summary>
    /// <exception cref="ArgumentException">Several models may be meant.</exception>
    public static string Resolve(string given)
    {
        if (given.Length == 0 || File.Exists(given) || given[0] is '/' or '.' or '~'
            || given.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase))
        {
            return given;
        }
        IReadOnlyList<FoundModel> all = All();
        FoundModel[] found = [.. all.Where(model => IsNamed(model, given))];
        if (found.Length == 0)
        {
            found = [.. all.Where(model => model.Name.Contains(given, StringComparison.OrdinalIgnoreCase))];
        }
        found = [.. found.DistinctBy(model => model.Target)];
        if (found.Length <= 1) return found.Length == 1 ? found[0].Path : given;
        string names = string.Join(", ", found.Take(NamesToldMax).Select(model => $"{model.Name} ({model.Path})"));
        string more = found.Length > NamesToldMax ? $" and {found.Length - NamesToldMax} more" : "";
        throw new ArgumentException(
            $"model: '{given}' may be {TerminalText.OneLine(names)}{more}; give more of the name, or the path");
    }

    private static bool IsNamed(FoundModel model, string given) =>
        model.Name.Equals(given, StringComparison.OrdinalIgnoreCase)
        || model.Name.Equals(given + ":latest", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<(string Folder, string Source)> Folders()
    {
        string huggingFace = Variable("HF_HOME") ?? Path.Combine(Cache, "huggingface");
        yield return (Variable("HF_HUB_CACHE") ?? Path.Combine(huggingFace, "hub"), "Hugging Face");
        yield return (Variable("LLAMA_CACHE") ?? Path.Combine(Cache, "llama.cpp"), "llama.cpp");
        yield return (Path.Combine(Home, ".lmstudio", "models"), "LM Studio");
        yield return (Path.Combine(Cache, "lm-studio", "models"), "LM Studio");
    }

    private static IEnumerable<string> OllamaFolders() =>
        Variable("OLLAMA_MODELS") is { } chosen
            ? [chosen]
            : [Path.Combine(Home, ".ollama", "models"), "/usr/share/ollama/.ollama/models"];

    private static string Home => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    private static string Cache => Variable("XDG_CACHE_HOME") ?? Path.Combine(Home, ".cache");

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
