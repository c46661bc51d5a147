namespace LlmBridge.InteropTests.Support;

/// <summary>Runs a program as a user of the library would: what this process was told about the library is not passed
/// on.</summary>
internal static class CleanRun
{
    /// <summary>What is passed on: where tools and their caches are.</summary>
    private static readonly string[] s_inherited = ["PATH", "HOME", "TMPDIR", "DOTNET_ROOT"];

    public static Task<ProgramRun> OfAsync(
        IEnumerable<string> command, IEnumerable<KeyValuePair<string, string>> environment, CancellationToken watchdog)
    {
        IEnumerable<string> inherited = from name in s_inherited
                                        let value = Environment.GetEnvironmentVariable(name)
                                        where value is not null
                                        select $"{name}={value}";
        return ProgramRun.OfAsync(
            "env", ["-i", .. inherited, .. environment.Select(v => $"{v.Key}={v.Value}"), .. command], watchdog);
    }
}
