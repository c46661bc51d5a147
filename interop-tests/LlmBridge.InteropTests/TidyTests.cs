namespace LlmBridge.InteropTests;

/// <summary>The house rules are held: .ci/tidy, in a repository of its own, fails where it complains.</summary>
[TestClass]
public sealed class TidyTests
{
    private const int Columns = 120;
    private const int Lines = 300;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task Tidy_OfALineThatIsTooLong_Fails()
    {
        ProgramRun run = await TidyAsync(new string('ä', Columns + 1));
        Assert.AreNotEqual(0, run.ExitCode, run.Errors);
        StringAssert.Contains(run.Errors, "Checked.cs:1:");
    }

    [TestMethod]
    public async Task Tidy_OfAFileThatIsTooLong_Fails()
    {
        ProgramRun run = await TidyAsync(string.Concat(Enumerable.Repeat("//\n", Lines + 1)));
        Assert.AreNotEqual(0, run.ExitCode, run.Errors);
        StringAssert.Contains(run.Errors, "Checked.cs");
    }

    [TestMethod]
    public async Task Tidy_OfAFileAndALineThatJustFit_HasNothingToSayOfThem()
    {
        string line = new string('ä', Columns) + "\n";
        ProgramRun run = await TidyAsync(string.Concat(Enumerable.Repeat(line, Lines)));
        Assert.DoesNotContain("Checked.cs", run.Errors);
    }

    private async Task<ProgramRun> TidyAsync(string source)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.At(".ci"));
        foreach (string script in Directory.EnumerateFiles(Repository.At(".ci")))
        {
            File.Copy(script, folder.At(Path.Combine(".ci", Path.GetFileName(script))));
        }
        await File.WriteAllTextAsync(folder.At("Checked.cs"), source, TestContext.CancellationToken);
        ProgramRun made =
            await ProgramRun.OfAsync("git", ["init", "--quiet", folder.Path], TestContext.CancellationToken);
        Assert.AreEqual(0, made.ExitCode, made.Errors);
        return await ProgramRun.OfAsync(
            "sh", [folder.At(".ci/tidy"), "--no-dotnet"], TestContext.CancellationToken);
    }
}
