namespace LlmBridge.Cli;

/// <summary>GGUF files below a folder. What lies there is others': links to folders are not followed, and depth and
/// number are limited.</summary>
internal static class ModelFolders
{
    private const string Extension = ".gguf";
    private const int DepthMax = 8;
    private const int FilesMax = 10_000;
    private const int PartDigits = 5;

    public static IEnumerable<FoundModel> Find(string folder, string source)
    {
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            MaxRecursionDepth = DepthMax,
            IgnoreInaccessible = true,
            AttributesToSkip = FileAttributes.None, // files may be links, as Hugging Face's are; folders see below
            MatchCasing = MatchCasing.CaseInsensitive,
        };
        if (!Directory.Exists(folder)) return [];
        var files = new System.IO.Enumeration.FileSystemEnumerable<string>(
            folder, static (ref entry) => entry.ToFullPath(), options)
        {
            ShouldIncludePredicate = static (ref entry) =>
                !entry.IsDirectory && entry.FileName.EndsWith(Extension, StringComparison.OrdinalIgnoreCase),
            ShouldRecursePredicate = static (ref entry) =>
                (entry.Attributes & FileAttributes.ReparsePoint) == 0,
        };
        return files.Take(FilesMax).Where(IsFirstPart).Select(path => new FoundModel(NameOf(path), source, path));
    }

    private static string NameOf(string path) => Path.GetFileName(path)[..^Extension.Length];

    /// <summary>Of a model in several files the first one names all.</summary>
    private static bool IsFirstPart(string path)
    {
        string name = NameOf(path);
        int of = name.LastIndexOf("-of-", StringComparison.Ordinal);
        if (of < PartDigits || name.Length != of + "-of-".Length + PartDigits) return true;
        return !int.TryParse(name[(of - PartDigits)..of], out int part) || part == 1;
    }
}
