namespace LlmBridge.InteropTests.Support;

/// <summary>The NuGet packages of this build, in a folder that consumers restore from: packed once for all
/// tests.</summary>
internal sealed class PackageFeed : IDisposable
{
    /// <summary>No release has it, so that none is taken for this build's.</summary>
    public const string Version = "0.0.1-test";

    private readonly TemporaryFolder _folder = new();

    public static PackageFeed? Shared { get; private set; }

    public string Path => _folder.Path;

    public static async Task SharedAsync(CancellationToken watchdog) => Shared ??= await PackAsync(watchdog);

    public static void DisposeShared() => Shared?.Dispose();

    /// <summary>Packs what the tests were built with, and the library that they use.</summary>
    private static async Task<PackageFeed> PackAsync(CancellationToken watchdog)
    {
        string prefix = System.IO.Path.GetDirectoryName(System.IO.Path.GetDirectoryName(LlmLibrary.Path))!;
        var feed = new PackageFeed();
        ProgramRun pack = await ProgramRun.OfAsync(
            "dotnet",
            [
                "pack", Repository.At("managed/Packages.slnf"), $"-p:PackageOutputPath={feed.Path}/",
                "-p:SkipNative=true", $"-p:NativePrefix={prefix}/", $"-p:PackageVersion={Version}",
            ],
            watchdog);
        if (pack.ExitCode != 0) feed.Dispose();
        Assert.AreEqual(0, pack.ExitCode, pack.Output);
        return feed;
    }

    public void Dispose() => _folder.Dispose();
}
