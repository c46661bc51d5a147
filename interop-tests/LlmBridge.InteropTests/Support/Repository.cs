namespace LlmBridge.InteropTests.Support;

/// <summary>Where things lie in the repository that these tests were built in.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Prefix => At("artifacts/native");

    public static string Library => At("artifacts/native/lib/libllmbridge.so");

    public static string CommandLine => At("artifacts/bin/llmbridge");

    public static string At(string path) => Path.Combine(Root, path);

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder != null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Bridge.sln"))) return folder.FullName;
        }
        throw new InvalidOperationException("these tests must run inside the repository");
    }
}
