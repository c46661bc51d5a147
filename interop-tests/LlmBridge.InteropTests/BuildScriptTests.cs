using System.Text.RegularExpressions;

namespace LlmBridge.InteropTests;

/// <summary>build.sh and build.ps1 are twins: for every verb both print and run the same. The programs that they run
/// are stand-ins here, which print their arguments.</summary>
[TestClass]
public sealed partial class BuildScriptTests
{
    private const string StandIn = """
        #!/bin/sh
        printf '%s' "${0##*/}"
        for argument in "$@"; do printf ' <%s>' "$argument"; done
        echo
        exit "${STAND_IN_STATUS:-0}"
        """;

    private static readonly string[] s_programs =
        ["path/dotnet", "path/python3", "path/sh", "artifacts/native/bin/llmbridge-bench"];

    /// <summary>What is hard to pass on: a blank, nothing, what a shell takes apart, swallows or replaces.</summary>
    private static readonly string[] s_arguments =
        ["--", "--filter", "a b", "", "-p:Name=value", "-Verb", "*", "\"quoted\"", "it's", "$HOME", "--", "last"];

    private static TemporaryFolder? s_folder;
    private static string s_shell = "";
    private static string s_dotnet = "";

    public TestContext TestContext { get; set; } = null!;

    /// <summary>Those that the usage lists.</summary>
    private static IEnumerable<string> Verbs =>
        VerbLine().Matches(File.ReadAllText(Repository.At("build.sh"))).Select(match => match.Groups["verb"].Value);

    [ClassInitialize]
    public static async Task MakeStandInsAsync(TestContext context)
    {
        CancellationToken watchdog = context.CancellationToken;
        ProgramRun restored = await ProgramRun.OfAsync("dotnet", ["tool", "restore"], watchdog);
        if (restored.ExitCode != 0) Assert.Inconclusive("PowerShell could not be restored\n" + restored.Output);
        s_shell = (await ProgramRun.OfAsync("which", ["sh"], watchdog)).Output.Trim();
        s_dotnet = (await ProgramRun.OfAsync("which", ["dotnet"], watchdog)).Output.Trim();
        s_folder = new TemporaryFolder();
        foreach (string script in new[] { "build.sh", "build.ps1" })
        {
            File.Copy(Repository.At(script), s_folder.At(script));
        }
        foreach (string program in s_programs)
        {
            string file = s_folder.At(program);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, StandIn + "\n", watchdog);
        }
        ProgramRun marked = await ProgramRun.OfAsync("chmod", ["+x", .. s_programs.Select(s_folder.At)], watchdog);
        Assert.AreEqual(0, marked.ExitCode, marked.Errors);
    }

    [ClassCleanup]
    public static void Clean() => s_folder?.Dispose();

    [TestMethod]
    [DataRow("test")]
    [DataRow("fuzz")]
    [DataRow("soak")]
    public async Task AVerb_WithoutArguments_RunsTheSameInBoth(string verb) => await CompareAsync([verb]);

    [TestMethod]
    [DynamicData(nameof(Verbs))]
    public async Task EveryVerb_PassesItsArgumentsOn_TheSameInBoth(string verb)
    {
        ProgramRun run = await CompareAsync([verb, .. s_arguments]);
        string passed = string.Concat(s_arguments.Skip(1).Select(argument => $" <{argument}>"));
        StringAssert.Contains(run.Output, passed, StringComparison.Ordinal);
    }

    [TestMethod]
    [DataRow("bench")]
    [DataRow("tidy")]
    public async Task AVerb_WhoseCommandFails_EndsWithItsStatusInBoth(string verb)
    {
        ProgramRun run = await CompareAsync([verb], ("STAND_IN_STATUS", "3"));
        Assert.AreEqual(3, run.ExitCode);
    }

    [TestMethod]
    [DataRow(0, "-h")]
    [DataRow(0, "--help")]
    [DataRow(2)]
    [DataRow(2, "nonsense", "--", "x")]
    public async Task Usage_IsTheSameInBoth(int status, params string[] words)
    {
        ProgramRun run = await CompareAsync(words);
        Assert.AreEqual(status, run.ExitCode);
        StringAssert.Contains(status == 0 ? run.Output : run.Errors, "verify", StringComparison.Ordinal);
    }

    private async Task<ProgramRun> CompareAsync(string[] words, params (string Name, string Value)[] environment)
    {
        var variables = environment.ToDictionary(variable => variable.Name, variable => variable.Value);
        variables["PATH"] = s_folder!.At("path") + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH");
        variables["POWERSHELL_TELEMETRY_OPTOUT"] = "1";
        Task<ProgramRun> shell = RunAsync(s_shell, [s_folder.At("build.sh"), .. words]);
        ProgramRun power =
            await RunAsync(s_dotnet, ["pwsh", "-NoProfile", "-File", s_folder.At("build.ps1"), .. words]);
        Assert.AreEqual(await shell, power with
        {
            Output = power.Output.Replace("./build.ps1", "./build.sh", StringComparison.Ordinal),
            Errors = power.Errors.Replace("./build.ps1", "./build.sh", StringComparison.Ordinal),
        });
        return power;

        Task<ProgramRun> RunAsync(string program, string[] arguments) =>
            ProgramRun.OfAsync(program, arguments, TestContext.CancellationToken, environment: variables);
    }

    [GeneratedRegex("^  (?<verb>[a-z-]+)  +[A-Za-z]", RegexOptions.Multiline)]
    private static partial Regex VerbLine();
}
