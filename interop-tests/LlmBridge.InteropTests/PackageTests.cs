using System.IO.Compression;

namespace LlmBridge.InteropTests;

/// <summary>The NuGet packages, used from outside the repository by the program that stands in the page for
/// C#.</summary>
[TestClass]
public sealed class PackageTests
{
    /// <summary>Each builds or publishes an application.</summary>
    private const int Patience = 600_000;

    private const string Unpacking = "-p:IncludeNativeLibrariesForSelfExtract=true";

    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Watchdog => TestContext.CancellationToken;

    private static PackageFeed Feed => PackageFeed.Shared!;

    private static PageExample Example => PageExample.Named("docs/hosts/csharp.md", "ask");

    [ClassInitialize]
    public static Task PackAsync(TestContext context) => PackageFeed.SharedAsync(context.CancellationToken);

    [TestInitialize]
    public void RequireLlama() => TestModel.RequireLlama();

    [TestMethod]
    [Timeout(Patience, CooperativeCancellation = true)]
    [DataRow("build")]
    [DataRow("publish", "--runtime", "linux-x64", "--self-contained", "false", "-p:PublishSingleFile=true")]
    [DataRow(
        "publish", "--runtime", "linux-x64", "--self-contained", "-p:PublishSingleFile=true", "-p:PublishTrimmed=true")]
    [DataRow(
        "publish", "--runtime", "linux-x64", "--self-contained", "false", "-p:PublishSingleFile=true", Unpacking)]
    public async Task Library_InAnApplicationOutside_AnswersAsThePageSays(string verb, params string[] options)
    {
        using PackageConsumer consumer = PackageConsumer.Of(Feed, Example.Code);
        string program = await consumer.MakeAsync(verb, options, Watchdog);
        Assert.DoesNotContain("LLMB0001", consumer.Said);
        await AnswersAsync([program]);
        // The same files where they are another user's, as in a container with USER or a service with User=.
        OtherUser.Take(Path.GetDirectoryName(program)!);
        await AnswersAsync(OtherUser.Command(program));

        async Task AnswersAsync(string[] command)
        {
            var marked = new MarkedRun();
            List<KeyValuePair<string, string>> environment = [marked.Mark];
            using var unpacked = new TemporaryFolder();
            if (options.Contains(Unpacking))
            {
                // Libraries and programs are unpacked there; the model, which is neither, stays beside the
                // application, and is found there.
                OtherUser.MakeReadable(unpacked.Path, mayWrite: true);
                environment.Add(new("DOTNET_BUNDLE_EXTRACT_BASE_DIR", unpacked.Path));
            }
            ProgramRun run = await CleanRun.OfAsync(command, environment, Watchdog);
            Assert.AreEqual(0, run.ExitCode, run.Errors);
            Lines.AssertMatch(Example.Output!.TrimEnd('\n').Split('\n'), run.Output, run.Output + run.Errors);
            marked.AwaitNothingLeft();
        }
    }

    /// <summary>Musl's RID derives from linux-x64, and would get files that need glibc.</summary>
    [TestMethod]
    [Timeout(Patience, CooperativeCancellation = true)]
    public async Task Library_PublishedForARuntimeWithoutNativeFiles_SaysSoThen()
    {
        using PackageConsumer consumer = PackageConsumer.Of(Feed, Example.Code);
        string program = await consumer.MakeAsync(
            "publish", ["--runtime", "linux-musl-x64", "--self-contained", "false", "-p:UseAppHost=false"], Watchdog);
        Assert.Contains("warning LLMB0001", consumer.Said);
        Assert.Contains("linux-musl-x64", consumer.Said);
        string folder = Path.GetDirectoryName(program)!;
        Assert.IsEmpty(Directory.GetFiles(folder, "*llmbridge*.so*", SearchOption.AllDirectories));
        Assert.IsEmpty(Directory.GetFiles(folder, "llmbridge-*", SearchOption.AllDirectories));
        ProgramRun run = await CleanRun.OfAsync(["dotnet", program + ".dll"], [], Watchdog);
        Assert.AreNotEqual(0, run.ExitCode, run.Output);
        Assert.Contains("deployed with all files", run.Errors); // here glibc is, so that only files lack
    }

    [TestMethod]
    [Timeout(Patience, CooperativeCancellation = true)]
    public async Task Library_MissingFromAnApplicationOutside_IsNotLookedForInFoldersAbove()
    {
        using PackageConsumer consumer = PackageConsumer.Of(Feed, Example.Code);
        string program = await consumer.MakeAsync("build", [], Watchdog);
        string folder = Path.GetDirectoryName(program)!;
        Directory.Delete(Path.Combine(folder, "runtimes"), recursive: true);
        // What whoever owns the folder above may put there, to look like this repository.
        string above = Path.GetDirectoryName(folder)!;
        await File.WriteAllTextAsync(Path.Combine(above, "Bridge.sln"), "", Watchdog);
        string planted = Path.Combine(above, "artifacts", "native", "lib", "libllmbridge.so.1");
        Directory.CreateDirectory(Path.GetDirectoryName(planted)!);
        await File.WriteAllTextAsync(planted, "", Watchdog);
        ProgramRun run = await CleanRun.OfAsync([program], [], Watchdog);
        Assert.AreNotEqual(0, run.ExitCode, run.Output);
        Assert.Contains("libllmbridge.so.1 was not found", run.Errors);
        Assert.DoesNotContain(planted, run.Errors);
        Assert.DoesNotContain("Bridge.sln", run.Errors); // advice for others
    }

    [TestMethod]
    [Timeout(Patience, CooperativeCancellation = true)]
    public void Packages_SayNothingOfWhereTheyWereBuilt()
    {
        foreach (string package in Directory.GetFiles(Feed.Path, "*.nupkg"))
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
        using PackageConsumer consumer = PackageConsumer.Of(Feed, Example.Code, properties);
        string program = await consumer.MakeAsync("build", [], Watchdog);
        ProgramRun run = await CleanRun.OfAsync([program], [], Watchdog);
        Assert.AreEqual(0, run.ExitCode, run.Errors);
        Lines.AssertMatch(Example.Output!.TrimEnd('\n').Split('\n'), run.Output, run.Output + run.Errors);
    }

    /// <summary>An application with a host, published ahead of time; warnings are errors there.</summary>
    [TestMethod]
    [Timeout(Patience, CooperativeCancellation = true)]
    public async Task Application_PublishedAheadOfTime_ReadsItsOptions()
    {
        using PackageConsumer consumer = PackageConsumer.OfFile(
            Feed, "binding.cs", "<PublishAot>true</PublishAot><CppCompilerAndLinker>gcc</CppCompilerAndLinker>",
            "LlmBridge.Extensions.AI", "Microsoft.Extensions.Options.ConfigurationExtensions 10.0.14",
            "Microsoft.Extensions.DependencyInjection 10.0.14");
        string program = await consumer.MakeAsync("publish", ["--runtime", "linux-x64"], Watchdog);
        ProgramRun run = await CleanRun.OfAsync([program], [], Watchdog);
        Assert.AreEqual("Fake 3 00:00:20 5 Hash 7 stop 100\nWho are you?\n", run.Output, run.Errors);
    }

    /// <summary>A client that nobody disposes of, and load contexts as hosts of plug-ins have them.</summary>
    [TestMethod]
    [Timeout(Patience, CooperativeCancellation = true)]
    public async Task Library_GivesUp_WhatAnApplicationHasForgotten()
    {
        using PackageConsumer consumer = PackageConsumer.OfFile(Feed, "lifetimes.cs");
        string program = await consumer.MakeAsync("build", [], Watchdog);
        foreach (string name in new[] { "forgotten", "unloaded", "unloaded-undisposed" })
        {
            ProgramRun run = await CleanRun.OfAsync([program, name], [], Watchdog);
            Assert.AreEqual("well\n", run.Output, $"{name}: {run.Errors}");
        }
    }

    /// <summary>Without a warning, since these are errors. What is published for a runtime has a launcher and files of
    /// another kind than what is built.</summary>
    [TestMethod]
    [Timeout(Patience, CooperativeCancellation = true)]
    public async Task CommandLine_CompiledAheadOfTime_LeavesTheBuiltOneAsItWas_AndIsTheArchives()
    {
        using var folder = new TemporaryFolder();
        string built = Path.GetDirectoryName(Repository.CommandLine)!;
        string before = Describe(built);
        ProgramRun publish = await ProgramRun.OfAsync(
            "dotnet",
            [
                "publish", Repository.At("managed/LlmBridge.Cli"), "--runtime", "linux-x64", "-p:PublishAot=true",
                "-o", folder.At("published"), "-p:SkipNative=true", "-p:RestoreLockedMode=false",
                "-p:NuGetLockFilePath=obj/ahead-of-time.lock.json", // no part of what is committed
            ],
            Watchdog);
        Assert.AreEqual(0, publish.ExitCode, publish.Output + publish.Errors);
        Assert.AreEqual(before, Describe(built));
        // As in the archives: bin/llmbridge, and the library in lib.
        Directory.CreateDirectory(folder.At("bin"));
        File.Copy(folder.At("published/LlmBridge.Cli"), folder.At("bin/llmbridge"));
        Directory.CreateSymbolicLink(folder.At("lib"), Repository.At("artifacts/native/lib"));
        foreach (string program in new[] { "llmbridge-keeper", "llmbridge-engine" })
        {
            File.CreateSymbolicLink(folder.At("bin/" + program), Repository.At("artifacts/native/bin/" + program));
        }
        ProgramRun run = await CleanRun.OfAsync([folder.At("bin/llmbridge"), "ask", "What is 2+2?"], [], Watchdog);
        Assert.AreEqual("2 + 2 = 4.\n", run.Output, run.Errors);

        static string Describe(string folder) => string.Join('\n', Directory
            .GetFiles(folder, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(file => $"{file} {new FileInfo(file).Length} {File.GetLastWriteTimeUtc(file):O}"));
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
                "--add-source", Feed.Path,
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
        run = await CleanRun.OfAsync(
            [folder.At("llmbridge"), "bench", "--quick", "--filter", "spawn_keeper", "--json"], [marked.Mark],
            Watchdog);
        Assert.AreEqual(0, run.ExitCode, run.Output + run.Errors);
        Assert.Contains("spawn_keeper", run.Output);
        marked.AwaitNothingLeft();
    }
}
