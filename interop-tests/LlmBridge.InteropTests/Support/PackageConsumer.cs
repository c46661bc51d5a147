namespace LlmBridge.InteropTests.Support;

/// <summary>An application outside the repository that knows the package LlmBridge and nothing else.</summary>
internal sealed class PackageConsumer : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private PackageConsumer(PackageFeed feed, string program, string properties, string[] packages)
    {
        // A folder of its own for what it restores, lest this build's package stay among the user's.
        File.WriteAllText(_folder.At("Consumer.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <OutputType>Exe</OutputType>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <NuGetAudit>false</NuGetAudit>
                <RestoreAdditionalProjectSources>{feed.Path}</RestoreAdditionalProjectSources>
                <RestorePackagesPath>{_folder.At("packages")}</RestorePackagesPath>
                <RestoreFallbackFolders>{UsersPackages}</RestoreFallbackFolders>
                {properties}
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="LlmBridge" Version="{PackageFeed.Version}" />
                {string.Concat(packages.Select(Reference))}
              </ItemGroup>
            </Project>
            """);
        File.WriteAllText(_folder.At("Program.cs"), program);
    }

    /// <param name="package">Name and version; of this build's own the name alone.</param>
    private static string Reference(string package)
    {
        string[] parts = package.Split(' ');
        string version = parts.Length > 1 ? parts[1] : PackageFeed.Version;
        return $"""<PackageReference Include="{parts[0]}" Version="{version}" />""";
    }

    private static string UsersPackages =>
        Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    /// <param name="properties">MSBuild properties of its project besides the usual ones.</param>
    /// <param name="packages">Packages besides LlmBridge, each a name and a version.</param>
    public static PackageConsumer Of(
        PackageFeed feed, string program, string properties = "", params string[] packages) =>
        new(feed, program, properties, packages);

    /// <summary>The same with a program of interop-tests/package-consumers.</summary>
    public static PackageConsumer OfFile(
        PackageFeed feed, string name, string properties = "", params string[] packages) =>
        new(feed, File.ReadAllText(Repository.At("interop-tests/package-consumers/" + name)), properties, packages);

    /// <summary>What the last build or publish said.</summary>
    public string Said { get; private set; } = "";

    /// <summary>Builds or publishes it, and returns the program's path.</summary>
    public async Task<string> MakeAsync(string verb, IEnumerable<string> options, CancellationToken watchdog)
    {
        string output = _folder.At(verb);
        ProgramRun made = await ProgramRun.OfAsync("dotnet", [verb, _folder.Path, "-o", output, .. options], watchdog);
        Said = made.Output;
        if (made.Output.Contains("error NU1", StringComparison.Ordinal)
            && (made.Output.Contains("Microsoft.NETCore.App.Runtime", StringComparison.Ordinal)
                || made.Output.Contains("ILCompiler", StringComparison.Ordinal)))
        {
            Assert.Inconclusive(
                ".NET's packs for linux-x64 could not be restored, so nothing self-contained was published\n"
                    + made.Output);
        }
        Assert.AreEqual(0, made.ExitCode, made.Output);
        return Path.Combine(output, "Consumer");
    }

    public void Dispose() => _folder.Dispose();
}
