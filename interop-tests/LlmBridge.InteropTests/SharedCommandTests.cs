using System.Text.Json;

namespace LlmBridge.InteropTests;

/// <summary>shared list and stop, what doctor says of them, and the example in which programs of two languages share a
/// model and a daemon.</summary>
[TestClass]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SharedCommandTests
{
    private const int ExitInvalidArgument = 11;
    private const int ExitNotFound = 12;

    private string _folder = "";
    private Dictionary<string, string> _environment = [];

    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Watchdog => TestContext.CancellationToken;

    private static string Daemon => Repository.At("hosts/python/examples/remembering_daemon.py");

    [TestInitialize]
    public void MakeFolder()
    {
        _folder = Directory.CreateTempSubdirectory("llmbridge-shared-").FullName; // its user's alone
        _environment = new Dictionary<string, string>
        {
            ["XDG_RUNTIME_DIR"] = _folder,
            ["LLMBRIDGE_LIBRARY"] = Repository.Library,
        };
    }

    [TestCleanup]
    public async Task RemoveFolder()
    {
        await CommandAsync("shared", "stop", "all");
        Directory.Delete(_folder, recursive: true);
    }

    [TestMethod]
    public async Task List_WithNothingShared_SaysSoAndSucceeds()
    {
        ProgramRun run = await CommandAsync("shared", "list");
        Assert.AreEqual(0, run.ExitCode, run.Errors);
        Assert.AreEqual("", run.Output);
        StringAssert.Contains(run.Errors, "No engine is shared now.");
    }

    [TestMethod]
    public async Task List_ShowsTheServer_AndStopEndsIt()
    {
        ProgramRun ask = await CommandAsync("ask", "hello", "--engine", "fake", "--isolation", "shared");
        Assert.AreEqual("hello\n", ask.Output, ask.Errors);
        ProgramRun table = await CommandAsync("shared", "list");
        StringAssert.Contains(table.Output, "serves");
        StringAssert.Contains(table.Output, "fake");
        JsonElement server = await OnlyServerAsync();
        long pid = server.GetProperty("pid").GetInt64();
        long engine = server.GetProperty("engines")[0].GetProperty("pid").GetInt64();
        Assert.IsTrue(Processes.IsAlive(pid));
        ProgramRun stop = await CommandAsync("shared", "stop", server.GetProperty("key").GetString()![..8]);
        Assert.AreEqual(0, stop.ExitCode, stop.Errors);
        StringAssert.Contains(stop.Output, $"process {pid} ended");
        Processes.WaitUntilGone(pid, engine);
        Assert.AreEqual("", (await CommandAsync("shared", "list")).Output);
    }

    /// <summary>A card is a file that may hold anything; true JSON may hold halves of characters.</summary>
    [TestMethod]
    [DataRow("""{"pid":1,"model":"\ud800","parts":"engine \udfff\n"}""")]
    [DataRow("""{"pid":1,"model":null,"parts":"\ud83d\ud83d"}""")]
    public async Task List_WithAHostileCard_TellsOfTheOthersAllTheSame(string card)
    {
        ProgramRun ask = await CommandAsync("ask", "hello", "--engine", "fake", "--isolation", "shared");
        Assert.AreEqual("hello\n", ask.Output, ask.Errors);
        string key = new('0', 32);
        string place = Path.Combine(_folder, $"llmbridge-{UserNumber()}");
        await File.WriteAllTextAsync(Path.Combine(place, key + ".json"), card, Watchdog);
        ProgramRun run = await CommandAsync("shared", "list");
        Assert.AreEqual(0, run.ExitCode, run.Errors);
        StringAssert.Contains(run.Output, "00000000  gone");
        StringAssert.Contains(run.Output, "serves");
        run = await CommandAsync("doctor", "--engine", "fake");
        StringAssert.Contains(run.Output, "ok   shared engines: 1 serve");
    }

    [TestMethod]
    public async Task Stop_OfWhatIsNone_FailsByItsCode()
    {
        Assert.AreEqual(ExitNotFound, (await CommandAsync("shared", "stop", "abcdef")).ExitCode);
        ProgramRun run = await CommandAsync("shared", "stop", "xyz");
        Assert.AreEqual(ExitInvalidArgument, run.ExitCode);
        StringAssert.Contains(run.Errors, "'xyz'");
    }

    [TestMethod]
    public async Task Doctor_SaysWhereEnginesAreShared_AndWhetherThatIsOnesOwn()
    {
        ProgramRun good = await CommandAsync("doctor", "--engine", "fake");
        StringAssert.Contains(good.Output, "shared engines: none yet, in " + _folder);
        string place = Directory.CreateDirectory(
            Path.Combine(_folder, $"llmbridge-{UserNumber()}")).FullName;
        File.SetUnixFileMode(place, (UnixFileMode)0x1ed /* 0755 */);
        ProgramRun bad = await CommandAsync("doctor", "--engine", "fake");
        StringAssert.Contains(bad.Output, "warn shared engines");
        StringAssert.Contains(bad.Output, "0755, not 0700");
        File.SetUnixFileMode(place, (UnixFileMode)0x1c0 /* 0700 */);
    }

    [TestMethod]
    public async Task Example_ProgramsOfTwoLanguages_ShareOneModel()
    {
        string first = await ExampleAsync(CSharp, "ask", "Who are you?");
        string second = await ExampleAsync(Python, "ask", "Who are you?");
        Assert.AreEqual(first, second); // the engine's process, too
        JsonElement server = await OnlyServerAsync();
        Assert.AreEqual(1, server.GetProperty("engines").GetArrayLength());
        StringAssert.StartsWith(first, $"engine {server.GetProperty("engines")[0].GetProperty("pid").GetInt64()}: ");
    }

    [TestMethod]
    public async Task Example_ProgramsOfTwoLanguages_ShareADaemonsValues_UntilItDies()
    {
        string noted = await ExampleAsync(CSharp, "note", Daemon, "milk", "two");
        string read = await ExampleAsync(Python, "read", Daemon, "milk");
        Assert.AreEqual(noted, read);
        StringAssert.EndsWith(read, ": two");
        long engine = (await OnlyServerAsync()).GetProperty("engines")[0].GetProperty("pid").GetInt64();
        Processes.Signal(engine, Processes.SignalKill);
        Processes.WaitUntilGone(engine);
        ProgramRun lost = await RunAsync(Python, "read", Daemon, "milk");
        Assert.AreEqual(1, lost.ExitCode);
        StringAssert.Contains(lost.Output, "nobody has noted milk since process");
        StringAssert.EndsWith(await ExampleAsync(Python, "note", Daemon, "milk", "three"), ": three");
        StringAssert.EndsWith(await ExampleAsync(CSharp, "read", Daemon, "milk"), ": three");
    }

    private static string[] CSharp =>
        ["dotnet", Repository.At($"managed/examples/SharedEngines/bin/{Configuration}/net10.0/SharedEngines.dll")];

    private static string[] Python => ["python3", Repository.At("hosts/python/examples/shared_engines.py")];

    private static string Configuration =>
        new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name; // bin/CONFIGURATION/net10.0

    private static string UserNumber() => File.ReadLines("/proc/self/status")
        .First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[2];

    private async Task<string> ExampleAsync(string[] program, params string[] words)
    {
        ProgramRun run = await RunAsync(program, words);
        Assert.AreEqual(0, run.ExitCode, run.Output + run.Errors);
        return run.Output.TrimEnd();
    }

    private Task<ProgramRun> RunAsync(string[] program, params string[] words) => ProgramRun.OfAsync(
        program[0], [.. program[1..], .. words], Watchdog, environment: _environment);

    private Task<ProgramRun> CommandAsync(params string[] words) =>
        ProgramRun.OfAsync(Repository.CommandLine, words, Watchdog, environment: _environment);

    private async Task<JsonElement> OnlyServerAsync()
    {
        ProgramRun run = await CommandAsync("shared", "list", "--json");
        using JsonDocument list = JsonDocument.Parse(run.Output);
        JsonElement servers = list.RootElement.GetProperty("servers");
        Assert.AreEqual(1, servers.GetArrayLength(), run.Output);
        return servers[0].Clone();
    }
}
