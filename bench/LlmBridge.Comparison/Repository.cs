namespace LlmBridge.Comparison;

/// <summary>Where things lie in the repository that this program was built in.</summary>
internal static class Repository
{
    private static readonly string s_root = FindRoot();

    public static string At(string path) => Path.Combine(s_root, path);

    /// <summary>A program's file, built as this one is: bin/Release or bin/Debug, then the framework.</summary>
    public static string BuiltAt(string project, string file)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(At(project), "bin", framework.Parent!.Name, framework.Name, file);
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder != null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Bridge.sln"))) return folder.FullName;
        }
        throw new InvalidOperationException("this program runs only inside the repository");
    }
}
