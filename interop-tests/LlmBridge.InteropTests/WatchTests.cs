using System.Diagnostics;
using System.Text.Json;

namespace LlmBridge.InteropTests;

/// <summary>llmbridge doctor --watch, as scripts see it.</summary>
[TestClass]
public sealed class WatchTests
{
    private const int ExitInterrupted = 130;

    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Watchdog => TestContext.CancellationToken;

    [TestMethod]
    public async Task WithJson_PrintsAnObjectEachInterval_UntilCtrlC()
    {
        using Process process = Start("--json", "--engine", "fake");
        JsonElement sample = await ReadUntilAsync(
            process, s => s.GetProperty("calls").GetProperty("ended").TryGetProperty("ok", out _) && HasProcess(s));
        JsonElement worker = sample.GetProperty("workers").EnumerateArray().Single();
        Assert.AreEqual("ready", worker.GetProperty("state").GetString());
        Assert.AreEqual("closed", sample.GetProperty("breaker").GetString());
        Assert.AreEqual(JsonValueKind.Number, sample.GetProperty("total_ms").GetProperty("p99").ValueKind);
        Assert.AreEqual(1, sample.GetProperty("engines").GetProperty("ready").GetInt64());
        await InterruptAsync(process);
    }

    [TestMethod]
    public async Task WithJson_NamesTheCauseOfACrash()
    {
        using Process process =
            Start("--json", "--engine", "fake", "--set", "command=signal 11@accept", "--set", "retries=0");
        JsonElement death = default;
        JsonElement sample =
            await ReadUntilAsync(process, s => TryFind(s.GetProperty("events"), "engine_failed", out death));
        Assert.AreEqual("signal 11", death.GetProperty("exit").GetString());
        Assert.AreEqual("engine_crashed", death.GetProperty("status").GetString());
        Assert.IsGreaterThan(0, sample.GetProperty("engines").GetProperty("crashed").GetInt64());
        await InterruptAsync(process);
    }

    [TestMethod]
    public async Task AModelThatOnlyEmbeds_IsGivenTextsToEmbed()
    {
        TestModel.RequireLlama();
        using Process process = Start("--json", "--model", TestModel.Make("random", "--arch", "bert", "--seed", "9"));
        JsonElement sample =
            await ReadUntilAsync(process, s => s.GetProperty("calls").GetProperty("ended").TryGetProperty("ok", out _));
        Assert.AreEqual(1, sample.GetProperty("calls").GetProperty("ended").GetProperty("unsupported").GetInt64());
        await InterruptAsync(process);
    }

    [TestMethod]
    public async Task OnCtrlC_WhileItsProbeHangs_EndsAllTheSame()
    {
        using Process process = Start("--json", "--engine", "fake", "--set", "command=hang");
        await ReadUntilAsync(process, s => s.GetProperty("calls").GetProperty("active").GetInt32() == 1);
        await InterruptAsync(process);
    }

    [TestMethod]
    public async Task WithoutATerminal_PrintsPlainLines()
    {
        using Process process = Start("--engine", "fake");
        string? line;
        do line = await process.StandardOutput.ReadLineAsync(Watchdog);
        while (line != null && !line.Contains("1 ready", StringComparison.Ordinal));
        Assert.IsNotNull(line);
        Assert.DoesNotContain('\e', line);
        await InterruptAsync(process);
    }

    [TestMethod]
    [DataRow(11, "--engine", "abacus")]
    [DataRow(2, "--interval", "0")]
    [DataRow(2, "--interval", "soon")]
    public async Task WithAWrongSetting_EndsAtOnceAndSaysSo(int expected, params string[] arguments)
    {
        ProgramRun run =
            await ProgramRun.OfAsync(Repository.CommandLine, ["doctor", "--watch", .. arguments], Watchdog);
        Assert.AreEqual(expected, run.ExitCode, run.Errors);
        Assert.AreEqual("", run.Output);
        Assert.AreNotEqual("", run.Errors);
    }

    private static Process Start(params string[] arguments) =>
        ProgramRun.Start(Repository.CommandLine, ["doctor", "--watch", "--interval", "0.1", .. arguments]);

    private async Task<JsonElement> ReadUntilAsync(Process process, Func<JsonElement, bool> condition)
    {
        while (await process.StandardOutput.ReadLineAsync(Watchdog) is { } line)
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement sample = document.RootElement.Clone();
            if (condition(sample)) return sample;
        }
        Assert.Fail(await process.StandardError.ReadToEndAsync(Watchdog));
        return default;
    }

    /// <summary>A worker's process number may come a moment after its first answer.</summary>
    private static bool HasProcess(JsonElement sample) =>
        sample.GetProperty("workers").EnumerateArray().Any(w => w.GetProperty("pid").GetInt64() != 0);

    private static bool TryFind(JsonElement events, string kind, out JsonElement found)
    {
        found = events.EnumerateArray().FirstOrDefault(e => e.GetProperty("kind").GetString() == kind);
        return found.ValueKind != JsonValueKind.Undefined;
    }

    private async Task InterruptAsync(Process process)
    {
        long[] keepers = [.. Processes.KeepersOf(process.Id)];
        Processes.Signal(process.Id, Processes.SignalInterrupt);
        Task<string> rest = process.StandardOutput.ReadToEndAsync(Watchdog);
        await process.WaitForExitAsync(Watchdog);
        await rest;
        Assert.AreEqual(ExitInterrupted, process.ExitCode);
        Processes.WaitUntilGone(keepers);
        Assert.IsEmpty(Processes.KeepersOf(process.Id));
    }
}
