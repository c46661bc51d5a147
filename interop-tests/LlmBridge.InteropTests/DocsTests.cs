namespace LlmBridge.InteropTests;

/// <summary>The programs that stand in the pages, run as they stand, with the demonstration model.</summary>
[TestClass]
public sealed class DocsTests
{
    public TestContext TestContext { get; set; } = null!;

    /// <summary>The one in C# is a consumer of the package: PackageTests runs it.</summary>
    public static IEnumerable<object[]> Examples() =>
        PageExample.All.Where(e => e.Fence != "csharp").Select(e => new object[] { e.Page, e.Name });

    [TestMethod]
    public void Pages_HoldAnExampleEach()
    {
        IEnumerable<string> pages = Directory.EnumerateFiles(Repository.At("docs/hosts"), "*.md").Select(
            p => Path.GetRelativePath(Repository.Root, p));
        CollectionAssert.AreEqual(Array.Empty<string>(), pages.Except(PageExample.All.Select(e => e.Page)).ToArray());
    }

    [TestMethod]
    [DynamicData(nameof(Examples))]
    public async Task Example_RunsAsItStands(string page, string name)
    {
        PageExample example = PageExample.Named(page, name);
        HostLanguage language = HostLanguage.All.Single(l => l.Fence == example.Fence);
        TestModel.RequireLlama();
        using var folder = new TemporaryFolder();
        string source = folder.At(name + language.Extension);
        await File.WriteAllTextAsync(source, example.Code, TestContext.CancellationToken);
        var marked = new MarkedRun();
        HostProgram program =
            await HostProgram.PrepareAsync(language, source, folder.Path, TestContext.CancellationToken);
        ProgramRun run = await program.RunAsync([], [marked.Mark], TestContext.CancellationToken);
        Assert.AreEqual(0, run.ExitCode, run.Errors);
        Assert.IsNotNull(example.Output, $"{page}: no output block stands behind the example {name}");
        Lines.AssertMatch(example.Output.TrimEnd('\n').Split('\n'), run.Output, run.Output + run.Errors);
        marked.AwaitNothingLeft();
    }
}
