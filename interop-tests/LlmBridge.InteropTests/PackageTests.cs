using System.IO.Compression;

namespace LlmBridge.InteropTests;

/// <summary>The NuGet packages, used from outside the repository by the program that stands in the page for
/// C#.</summary>
[TestClass]
public sealed class PackageTests
{
    /// <summary>Each builds or publishes an application.</summary>
    private const int Patience = 600_000;

    private static PackageFeed? s_feed;

    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Watchdog => TestContext.CancellationToken;

    private static PageExample Example => PageExample.Named("docs/hosts/csharp.md", "ask");

    [ClassInitialize]
    public static async Task PackAsync(TestContext context) =>
        s_feed = await PackageFeed.PackAsync(context.CancellationToken);

    [TestInitialize]
    public void RequireLlama() => TestModel.RequireLlama();

    [ClassCleanup]
    public static void RemoveFeed() => s_feed?.Dispose();

    [TestMethod]
    [Timeout(Patience, CooperativeCancellation = true)]
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
    [Timeout(Patience, CooperativeCancellation = true)]
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
    [Timeout(Patience, CooperativeCancellation = true)]
    public void Packages_SayNothingOfWhereTheyWereBuilt()
    {
        foreach (string package in Directory.GetFiles(s_feed!.Path, "*.nupkg"))
        {
            using ZipArchive archive = ZipFile.OpenRead(package);
            Assert.DoesNotContain(
                entry => entry.Name.EndsWith(".library", StringComparison.Ordinal), archive.Entries, package);
        }
    }

    /// <summary>On the runtime that is there, which is a later one.</summary>
    [TestMethod]
    [Timeout(Patience, CooperativeCancellation = true)]
    public async Task Library_InAnApplicationForNet8_AnswersAsThePageSays()
    {
        const string properties = "<TargetFramework>net8.0</TargetFramework><RollForward>Major</RollForward>";
        using PackageConsumer consumer = PackageConsumer.Of(s_feed!, Example.Code, properties);
        string program = await consumer.MakeAsync("build", [], Watchdog);
        ProgramRun run = await CleanRun.OfAsync([program], [], Watchdog);
        Assert.AreEqual(0, run.ExitCode, run.Errors);
        Lines.AssertMatch(Example.Output!.TrimEnd('\n').Split('\n'), run.Output, run.Output + run.Errors);
    }

    /// <summary>By the binder that applications published ahead of time have; warnings are errors there.</summary>
    [TestMethod]
    [Timeout(Patience, CooperativeCancellation = true)]
    public async Task Options_AreBoundByTheGeneratedBinder()
    {
        using PackageConsumer consumer = PackageConsumer.OfFile(
            s_feed!, "binding.cs",
            "<EnableConfigurationBindingGenerator>true</EnableConfigurationBindingGenerator>",
            "LlmBridge.Extensions.AI", "Microsoft.Extensions.Options.ConfigurationExtensions 10.0.14",
            "Microsoft.Extensions.DependencyInjection 10.0.14");
        string program = await consumer.MakeAsync("build", [], Watchdog);
        ProgramRun run = await CleanRun.OfAsync([program], [], Watchdog);
        Assert.AreEqual("Fake 3 00:00:20 5 Hash 7 stop 100\nWho are you?\n", run.Output, run.Errors);
    }

    /// <summary>A client that nobody disposes of, and load contexts as hosts of plug-ins have them.</summary>
    [TestMethod]
    [Timeout(Patience, CooperativeCancellation = true)]
    public async Task Library_GivesUp_WhatAnApplicationHasForgotten()
    {
        using PackageConsumer consumer = PackageConsumer.OfFile(s_feed!, "lifetimes.cs");
        string program = await consumer.MakeAsync("build", [], Watchdog);
        foreach (string name in new[] { "forgotten", "unloaded", "unloaded-undisposed" })
        {
            ProgramRun run = await CleanRun.OfAsync([program, name], [], Watchdog);
            Assert.AreEqual("well\n", run.Output, $"{name}: {run.Errors}");
        }
    }

    [TestMethod]
    [Timeout(Patience, CooperativeCancellation = true)]
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
