using System.IO.Compression;

namespace LlmBridge.InteropTests;

/// <summary>The NuGet packages, used from outside the repository by the program that stands in the page for
/// C#.</summary>
[TestClass]
public sealed class PackageTests
{
    private static PackageFeed? s_feed;

    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Watchdog => TestContext.CancellationToken;

    private static PageExample Example => PageExample.Named("docs/hosts/csharp.md", "ask");

    [TestInitialize]
    public async Task Pack()
    {
        TestModel.RequireLlama();
        s_feed ??= await PackageFeed.PackAsync(Watchdog);
    }

    [ClassCleanup]
    public static void RemoveFeed() => s_feed?.Dispose();

    [TestMethod]
    [DataRow("build")]
    [DataRow("publish", "--runtime", "linux-x64", "--self-contained", "false", "-p:PublishSingleFile=true")]
    [DataRow(
        "publish", "--runtime", "linux-x64", "--self-contained", "-p:PublishSingleFile=true", "-p:PublishTrimmed=true")]
    public async Task Library_InAnApplicationOutside_AnswersAsThePageSays(string verb, params string[] options)
    {
        using PackageConsumer consumer = PackageConsumer.Of(s_feed!, Example.Code);
        string program = await consumer.MakeAsync(verb, options, Watchdog);
        var marked = new MarkedRun();
        ProgramRun run = await CleanRun.OfAsync([program], [marked.Mark], Watchdog);
        Assert.AreEqual(0, run.ExitCode, run.Errors);
        Lines.AssertMatch(Example.Output!.TrimEnd('\n').Split('\n'), run.Output, run.Output + run.Errors);
        marked.AwaitNothingLeft();
    }

    [TestMethod]
    public async Task Library_MissingFromAnApplicationOutside_IsNotLookedForInFoldersAbove()
    {
        using PackageConsumer consumer = PackageConsumer.Of(s_feed!, Example.Code);
        string program = await consumer.MakeAsync("build", [], Watchdog);
        string folder = Path.GetDirectoryName(program)!;
        Directory.Delete(Path.Combine(folder, "runtimes"), recursive: true);
        // What whoever owns the folder above may put there, to look like this repository.
        string above = Path.GetDirectoryName(folder)!;
        await File.WriteAllTextAsync(Path.Combine(above, "Bridge.sln"), "", Watchdog);
        string planted = Path.Combine(above, "artifacts", "native", "lib", "libllmbridge.so");
        Directory.CreateDirectory(Path.GetDirectoryName(planted)!);
        await File.WriteAllTextAsync(planted, "", Watchdog);
        ProgramRun run = await CleanRun.OfAsync([program], [], Watchdog);
        Assert.AreNotEqual(0, run.ExitCode, run.Output);
        Assert.Contains("libllmbridge.so was not found", run.Errors);
        Assert.DoesNotContain(planted, run.Errors);
    }

    [TestMethod]
    public void Packages_SayNothingOfWhereTheyWereBuilt()
    {
        foreach (string package in Directory.GetFiles(s_feed!.Path, "*.nupkg"))
        {
            using ZipArchive archive = ZipFile.OpenRead(package);
            Assert.DoesNotContain(
                entry => entry.Name.EndsWith(".library", StringComparison.Ordinal), archive.Entries, package);
        }
    }

    [TestMethod]
    public async Task CommandLine_InstalledAsATool_AnswersTheFirstQuestion()
    {
        using var folder = new TemporaryFolder();
        ProgramRun install = await ProgramRun.OfAsync(
            "dotnet",
            [
                "tool", "install", "LlmBridge.Cli", "--version", PackageFeed.Version, "--tool-path", folder.Path,
                "--add-source", s_feed!.Path,
            ],
            Watchdog);
        Assert.AreEqual(0, install.ExitCode, install.Output + install.Errors);
        var marked = new MarkedRun();
        ProgramRun run =
            await CleanRun.OfAsync([folder.At("llmbridge"), "ask", "What is 2+2?"], [marked.Mark], Watchdog);
        Assert.AreEqual("2 + 2 = 4.\n", run.Output, run.Errors);
        // All its parts lie in one folder, unlike those of an installed tree.
        run = await CleanRun.OfAsync([folder.At("llmbridge"), "doctor"], [marked.Mark], Watchdog);
        Assert.AreEqual(0, run.ExitCode, run.Output + run.Errors);
        Assert.DoesNotContain("FAIL", run.Output);
        Assert.MatchesRegex(@"\nok   engine llama: /.*/llama\.so\n", run.Output);
        marked.AwaitNothingLeft();
    }
}
