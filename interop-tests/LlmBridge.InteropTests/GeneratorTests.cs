namespace LlmBridge.InteropTests;

/// <summary>Generated files are what the generator makes of the headers and the settings table.</summary>
[TestClass]
public sealed class GeneratorTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task GeneratedFiles_AreUpToDate()
    {
        string[] found = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(
            f => Path.Combine(f, "castxml")).Where(File.Exists)];
        if (found.Length == 0) Assert.Inconclusive("castxml is not installed (Debian package castxml)");
        string generator = Directory.EnumerateFiles(
            Repository.At("managed/LlmBridge.Generator/bin"), "LlmBridge.Generator.dll", SearchOption.AllDirectories)
            .OrderByDescending(File.GetLastWriteTimeUtc).First();
        ProgramRun run =
            await ProgramRun.OfAsync("dotnet", [generator, Repository.Root, "--check"], TestContext.CancellationToken);
        Assert.AreEqual(0, run.ExitCode, run.Errors);
    }
}
