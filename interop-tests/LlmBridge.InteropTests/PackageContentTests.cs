using System.IO.Compression;
using System.Reflection.Metadata;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

namespace LlmBridge.InteropTests;

/// <summary>What is in the NuGet packages and their symbols, and what they say of themselves.</summary>
[TestClass]
public sealed class PackageContentTests
{
    /// <summary>It packs, and one builds an application.</summary>
    private const int Patience = 600_000;

    private const string NativeFolder = "runtimes/linux-x64/native/";

    private static readonly Guid s_embeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");

    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Watchdog => TestContext.CancellationToken;

    [ClassInitialize]
    public static Task PackAsync(TestContext context) => PackageFeed.SharedAsync(context.CancellationToken);

    private static PackageFeed Feed => PackageFeed.Shared!;

    [TestMethod]
    [DataRow("LlmBridge", "")]
    [DataRow("LlmBridge.Engines", "LlmBridge")]
    [DataRow("LlmBridge.Extensions.AI", "LlmBridge")]
    [DataRow("LlmBridge.Cli", null)]
    public void Package_SaysWhatItIs(string name, string? needs)
    {
        using ZipArchive package = Open($"{name}.{PackageFeed.Version}.nupkg");
        XElement metadata = Nuspec(package);
        Assert.AreEqual("MIT", Text(metadata, "license"));
        Assert.Contains("CHANGELOG.md", Text(metadata, "releaseNotes"));
        Assert.IsNotEmpty(Text(metadata, "description"));
        Assert.IsNotEmpty(Text(metadata, "tags"));
        foreach (string file in new[] { Text(metadata, "icon"), Text(metadata, "readme"), "CHANGELOG.md" })
        {
            Assert.IsNotNull(package.GetEntry(file), $"{name} lacks {file}");
        }
        XElement repository = Element(metadata, "repository");
        Assert.AreEqual("git", repository.Attribute("type")!.Value);
        Assert.MatchesRegex("^[0-9a-f]{40}$", repository.Attribute("commit")!.Value);
        Assert.IsNull(repository.Attribute("url")); // a clone's origin is whoever built it
        if (needs is null) return;
        foreach (XElement group in Element(metadata, "dependencies").Elements())
        {
            string? own = group.Elements().FirstOrDefault(one => one.Attribute("id")!.Value == "LlmBridge")
                ?.Attribute("version")!.Value;
            Assert.AreEqual(needs.Length > 0 ? PackageFeed.Version : null, own);
        }
        string[] frameworks =
        [
            .. package.Entries.Where(entry => entry.FullName == $"lib/{Framework(entry)}/{name}.dll").Select(Framework),
        ];
        CollectionAssert.AreEquivalent(new[] { "net8.0", "net10.0" }, frameworks);
    }

    [TestMethod]
    public void NativeFiles_AreThereOnce()
    {
        using ZipArchive package = Open($"LlmBridge.{PackageFeed.Version}.nupkg");
        ZipArchiveEntry[] files =
        [
            .. package.Entries.Where(entry => entry.FullName.StartsWith(NativeFolder, StringComparison.Ordinal)),
        ];
        Assert.Contains("libllmbridge.so.1", files.Select(file => file.Name));
        Assert.AreEqual(files.Length, files.Select(Digest).Distinct().Count());
        foreach (string other in new[] { "LlmBridge.Engines", "LlmBridge.Extensions.AI" })
        {
            using ZipArchive managed = Open($"{other}.{PackageFeed.Version}.nupkg");
            Assert.DoesNotContain(
                entry => entry.FullName.StartsWith("runtimes/", StringComparison.Ordinal), managed.Entries, other);
        }
    }

    /// <summary>Stepping into the library needs no network, and the same sources give the same assemblies
    /// anywhere.</summary>
    [TestMethod]
    [DataRow("LlmBridge", 4)]
    [DataRow("LlmBridge.Engines", 2)]
    [DataRow("LlmBridge.Extensions.AI", 2)]
    public void Symbols_HoldTheSources_AndNoPathOfTheirBuild(string name, int files)
    {
        using ZipArchive symbols = Open($"{name}.{PackageFeed.Version}.snupkg");
        ZipArchiveEntry[] found =
            [.. symbols.Entries.Where(entry => entry.Name.EndsWith(".pdb", StringComparison.Ordinal))];
        Assert.HasCount(files, found);
        foreach (ZipArchiveEntry file in found)
        {
            using var content = new MemoryStream(Read(file));
            using MetadataReaderProvider provider = MetadataReaderProvider.FromPortablePdbStream(content);
            MetadataReader reader = provider.GetMetadataReader();
            HashSet<EntityHandle> embedded =
            [
                .. from handle in reader.CustomDebugInformation
                   let information = reader.GetCustomDebugInformation(handle)
                   where reader.GetGuid(information.Kind) == s_embeddedSource
                   select information.Parent,
            ];
            Assert.IsGreaterThan(10, reader.Documents.Count, file.FullName);
            foreach (DocumentHandle handle in reader.Documents)
            {
                string path = reader.GetString(reader.GetDocument(handle).Name);
                Assert.StartsWith("/_/", path);
                Assert.Contains(handle, embedded, path);
            }
        }
        using ZipArchive package = Open($"{name}.{PackageFeed.Version}.nupkg");
        foreach (ZipArchiveEntry entry in package.Entries.Where(e => e.Name.EndsWith(".dll", StringComparison.Ordinal)))
        {
            string bytes = Encoding.Latin1.GetString(Read(entry));
            Assert.DoesNotContain(Repository.Root, bytes);
            Assert.DoesNotContain(Encoding.Latin1.GetString(Encoding.Unicode.GetBytes(Repository.Root)), bytes);
        }
    }

    /// <summary>The engine SDK's package, for the older framework and on the runtime that is there.</summary>
    [TestMethod]
    [Timeout(Patience, CooperativeCancellation = true)]
    public async Task EngineOfAPackage_AnswersAHost()
    {
        const string properties = "<TargetFramework>net8.0</TargetFramework><RollForward>Major</RollForward>";
        using PackageConsumer consumer = PackageConsumer.Of(
            Feed, PageExample.Named("docs/engines.md", "engine").Code, properties, "LlmBridge.Engines");
        string engine = await consumer.MakeAsync("build", [], Watchdog);
        var marked = new MarkedRun();
        ProgramRun run = await CleanRun.OfAsync(
            [
                Repository.CommandLine, "ask", "one two three", "--engine", "custom", "--set",
                $"command=dotnet {engine}.dll",
            ],
            [marked.Mark], Watchdog);
        Assert.AreEqual("three two one \n", run.Output, run.Errors);
        marked.AwaitNothingLeft();
    }

    /// <summary>An application is marked by the package, or those of all other tests could not be built.</summary>
    [TestMethod]
    [Timeout(Patience, CooperativeCancellation = true)]
    public async Task LibraryForAllSystems_IsWarnedWhenItIsBuilt()
    {
        using PackageConsumer consumer = PackageConsumer.Of(
            Feed,
            "public static class Asks { public static object Options => new LlmBridge.BridgeOptions(); }",
            "<OutputType>Library</OutputType><WarningsNotAsErrors>CA1416</WarningsNotAsErrors>");
        await consumer.MakeAsync("build", [], Watchdog);
        Assert.Contains("CA1416", consumer.Said);
        Assert.Contains("'linux'", consumer.Said);
    }

    private static ZipArchive Open(string file) => ZipFile.OpenRead(Path.Combine(Feed.Path, file));

    private static XElement Nuspec(ZipArchive package)
    {
        using Stream content =
            package.Entries.Single(entry => entry.Name.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        return Element(XDocument.Load(content).Root!, "metadata");
    }

    private static XElement Element(XElement parent, string name) =>
        parent.Elements().SingleOrDefault(element => element.Name.LocalName == name)
        ?? throw new AssertFailedException($"there is no {name} in {parent}");

    private static string Text(XElement parent, string name) => Element(parent, name).Value;

    private static string Framework(ZipArchiveEntry entry) =>
        entry.FullName.Split('/') is [_, var framework, _] ? framework : "";

    private static string Digest(ZipArchiveEntry entry) => Convert.ToHexString(SHA256.HashData(Read(entry)));

    private static byte[] Read(ZipArchiveEntry entry)
    {
        using Stream content = entry.Open();
        using var copy = new MemoryStream();
        content.CopyTo(copy);
        return copy.ToArray();
    }
}
