namespace LlmBridge.InteropTests.Support;

/// <summary>A program in a host language, ready to be started.</summary>
internal sealed class HostProgram
{
    private readonly HostLanguage _language;
    private readonly string _source;
    private readonly string _program;

    private HostProgram(HostLanguage language, string source, string folder)
    {
        _language = language;
        _source = source;
        _program = Path.Combine(folder, Path.GetFileNameWithoutExtension(source));
    }

    private static string Prefix => Path.GetDirectoryName(Path.GetDirectoryName(LlmLibrary.Path))!;

    /// <summary>Makes all ready that the program needs; what is built goes into the folder.</summary>
    public static async Task<HostProgram> PrepareAsync(
        HostLanguage language, string source, string folder, CancellationToken watchdog)
    {
        if (!IsOnPath(language.Tool))
        {
            Assert.Inconclusive($"{language.Tool} is missing (Debian package: {language.Package}), "
                + $"so nothing was tested from {language}");
        }
        Directory.CreateDirectory(folder);
        var program = new HostProgram(language, source, folder);
        if (language.NodePackage is { } package)
        {
            await LinkNodePackageAsync(Repository.At("hosts/" + package), source, watchdog);
        }
        if (language.Build is [var compiler, ..])
        {
            ProgramRun build = await ProgramRun.OfAsync(compiler, language.Build[1..].Select(program.Fill), watchdog);
            Assert.AreEqual(0, build.ExitCode, build.Errors);
        }
        return program;
    }

    /// <summary>Runs it in an environment that holds nothing of the library's but this.</summary>
    public Task<ProgramRun> RunAsync(
        IEnumerable<string> arguments,
        IEnumerable<KeyValuePair<string, string>> environment, CancellationToken watchdog)
    {
        List<KeyValuePair<string, string>> variables = [new("LLMBRIDGE_LIBRARY", LlmLibrary.Path), .. environment];
        if (_language.SearchPath is var (name, value)) variables.Add(new(name, Fill(value)));
        return CleanRun.OfAsync([.. _language.Run.Select(Fill), .. arguments], variables, watchdog);
    }

    private string Fill(string word) => word
        .Replace("{source}", _source, StringComparison.Ordinal)
        .Replace("{program}", _program, StringComparison.Ordinal)
        .Replace("{hosts}", Repository.At("hosts"), StringComparison.Ordinal)
        .Replace("{prefix}", Prefix, StringComparison.Ordinal);

    private static bool IsOnPath(string tool) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, tool)));

    /// <summary>Installs the package's pinned dependencies if they are not there yet, and lets a program that lies
    /// outside the package find it by name.</summary>
    private static async Task LinkNodePackageAsync(string package, string source, CancellationToken watchdog)
    {
        var pinned = new FileInfo(Path.Combine(package, "package-lock.json"));
        var installed = new FileInfo(Path.Combine(package, "node_modules/.package-lock.json"));
        if (!installed.Exists || installed.LastWriteTimeUtc < pinned.LastWriteTimeUtc)
        {
            ProgramRun install =
                await ProgramRun.OfAsync("npm", ["ci", "--prefix", package, "--no-audit", "--no-fund"], watchdog);
            Assert.AreEqual(0, install.ExitCode, install.Errors);
        }
        if (source.StartsWith(Repository.Root, StringComparison.Ordinal)) return;
        string modules = Path.Combine(Path.GetDirectoryName(source)!, "node_modules");
        Directory.CreateDirectory(modules);
        Directory.CreateSymbolicLink(Path.Combine(modules, "llmbridge"), package);
    }
}
