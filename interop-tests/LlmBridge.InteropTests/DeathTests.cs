using System.Diagnostics;
using System.Globalization;

namespace LlmBridge.InteropTests;

/// <summary>Engines, keepers and hosts that die: the caller is told, the next call works, nothing is left.</summary>
[TestClass]
public sealed class DeathTests : BridgeTest
{
    [TestMethod]
    public async Task Ask_AfterTheIdleEngineWasKilled_Works()
    {
        await using LlmClient client = await OpenFakeAsync();
        for (int death = 0; death < 3; death++)
        {
            long engine = await StartEngineAsync(client);
            Processes.Signal(engine, Processes.SignalKill);
            Processes.WaitUntilGone(engine);
            Assert.AreEqual("hi", (await client.AskAsync("hi", null, Watchdog)).Text);
            Assert.AreNotEqual(engine, client.EngineProcessId);
        }
    }

    [TestMethod]
    public async Task Ask_WhileTheEngineIsKilled_IsToldAndTheNextCallWorks()
    {
        await using LlmClient client = await OpenFakeAsync("pieces 100 20", new BridgeOptions { Retries = 0 });
        long engine = await StartEngineAsync(client);
        Task<LlmReply> asking = client.AskAsync("hi", null, Watchdog);
        await Task.Delay(300, Watchdog);
        Processes.Signal(engine, Processes.SignalKill);
        LlmException failure = await FailsAsync(LlmStatus.EngineCrashed, () => asking);
        Assert.AreEqual(LlmExitKind.Signal, failure.Error.ExitKind);
        Assert.AreEqual(Processes.SignalKill, failure.Error.ExitValue);
        Assert.AreEqual(LlmPhase.Generate, failure.Error.Phase);
        Assert.AreEqual(LlmFinishReason.Stop, (await client.AskAsync("hi", null, Watchdog)).FinishReason);
    }

    [TestMethod]
    public async Task Ask_WhenTheEngineSegfaults_SaysSignalPhaseAndLog()
    {
        await using LlmClient client = await OpenFakeAsync("signal 11@accept", new BridgeOptions { Retries = 0 });
        LlmException failure = await FailsAsync(LlmStatus.EngineCrashed, () => client.AskAsync("hi", null, Watchdog));
        Assert.AreEqual(LlmExitKind.Signal, failure.Error.ExitKind);
        Assert.AreEqual(11, failure.Error.ExitValue);
        Assert.IsTrue(failure.Error.Phase is LlmPhase.Prompt or LlmPhase.Generate, failure.Error.Phase.ToString());
        Assert.AreEqual("fake", failure.Error.Engine);
        Assert.AreNotEqual("", failure.Error.EngineLog);
        Assert.AreEqual(1, failure.Error.Attempts);
    }

    [TestMethod]
    public async Task Ask_AfterTheKeeperWasKilled_WorksAndLeavesNoEngine()
    {
        await using LlmClient client = await OpenFakeAsync();
        long engine = await StartEngineAsync(client);
        long keeper = Processes.KeepersOf(Environment.ProcessId).Single();
        Assert.AreEqual(keeper, Processes.ParentOf(engine));
        Processes.Signal(keeper, Processes.SignalKill);
        Processes.WaitUntilGone(keeper, engine);
        Assert.AreEqual("hi", (await client.AskAsync("hi", null, Watchdog)).Text);
    }

    [TestMethod]
    public async Task Dispose_EndsEngineAndKeeper()
    {
        LlmClient client = await OpenFakeAsync();
        long[] processes = [await StartEngineAsync(client), .. Processes.KeepersOf(Environment.ProcessId)];
        Assert.HasCount(2, processes);
        await client.DisposeAsync();
        Processes.WaitUntilGone(processes);
    }

    [TestMethod]
    [DataRow("echo")]
    [DataRow("hang")]
    public async Task Host_KilledWhileItAsks_LeavesNothing(string script)
    {
        using Process host = ProgramRun.Start(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "LlmBridge.TestHost.dll"), script + "; hang"]);
        string? line = await host.StandardOutput.ReadLineAsync(Watchdog);
        Assert.IsNotNull(
            line, "the host failed: {0}", line == null ? await host.StandardError.ReadToEndAsync(Watchdog) : "");
        long engine = long.Parse(line, CultureInfo.InvariantCulture);
        long keeper = Processes.ParentOf(engine);
        CollectionAssert.Contains(Processes.KeepersOf(host.Id).ToArray(), keeper);
        Processes.Signal(host.Id, Processes.SignalKill);
        Processes.WaitUntilGone(host.Id, engine, keeper);
    }
}
