using System.Diagnostics;

namespace LlmBridge.InteropTests;

/// <summary>Every call ends by its deadline, whatever the engine does. How soon after it is the benchmarks'
/// matter.</summary>
[TestClass]
public sealed class DeadlineTests : BridgeTest
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMilliseconds(400);
    private static readonly CallOptions s_limited = new() { Timeout = s_limit };

    [TestMethod]
    [DataRow("hang")]
    [DataRow("sleep 100000")]
    [DataRow("pieces 100000 20")]
    [DataRow("slow_start 100000")]
    public async Task Ask_WithAnEngineThatTakesTooLong_EndsAtTheDeadline(string script)
    {
        await using LlmClient client =
            await OpenFakeAsync(script, new BridgeOptions { Grace = TimeSpan.FromMilliseconds(100) });
        await TimesOutAsync(client);
    }

    [TestMethod]
    public async Task Ask_WithAStoppedEngine_EndsAtTheDeadlineAndTheNextCallWorks()
    {
        await using LlmClient client =
            await OpenFakeAsync(null, new BridgeOptions { Grace = TimeSpan.FromMilliseconds(100) });
        long engine = await StartEngineAsync(client);
        Processes.Signal(engine, Processes.SignalStop);
        await TimesOutAsync(client);
        Assert.AreEqual("hi", (await client.AskAsync("hi", null, Watchdog)).Text);
        Processes.WaitUntilGone(engine);
    }

    [TestMethod]
    public async Task Stream_WithASlowEngine_GivesWhatCameAndThenTheDeadline()
    {
        await using LlmClient client = await OpenFakeAsync("pieces 100000 20");
        int pieces = 0;
        LlmTimeoutException timeout = await Assert.ThrowsExactlyAsync<LlmTimeoutException>(async () =>
        {
            await foreach (string piece in client.StreamAsync(
                "hi", new CallOptions { Timeout = TimeSpan.FromSeconds(2) }, Watchdog))
            {
                pieces++;
            }
        });
        Assert.AreEqual(LlmStatus.DeadlineExceeded, timeout.Error.Status);
        Assert.IsGreaterThan(0, pieces);
    }

    [TestMethod]
    public async Task Ask_WithAnEngineThatNeverGetsReady_IsATimeoutOfTheStart()
    {
        await using LlmClient client =
            await OpenFakeAsync("hang@start", new BridgeOptions { StartTimeout = TimeSpan.FromMilliseconds(100) });
        LlmTimeoutException timeout =
            await Assert.ThrowsExactlyAsync<LlmTimeoutException>(() => client.AskAsync("hi", null, Watchdog));
        Assert.IsInstanceOfType<LlmException>((Exception)timeout);
        Assert.AreEqual(LlmStatus.StartTimeout, timeout.Error.Status, timeout.Message);
        StringAssert.Contains(timeout.Message, "start_timeout_ms");
    }

    [TestMethod]
    public async Task Ask_WithAnEngineThatStandsStill_IsATimeoutOfItsProgress()
    {
        var options = new BridgeOptions
        {
            Grace = TimeSpan.FromMilliseconds(50),
            Calls = new CallOptions { StallTimeout = TimeSpan.FromMilliseconds(150) },
        };
        await using LlmClient client = await OpenFakeAsync("hang@accept", options);
        LlmTimeoutException timeout =
            await Assert.ThrowsExactlyAsync<LlmTimeoutException>(() => client.AskAsync("hi", null, Watchdog));
        Assert.AreEqual(LlmStatus.EngineHung, timeout.Error.Status, timeout.Message);
    }

    /// <summary>No limit at all is what 0 says, so a limit however short must not become 0.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(2000)]
    [DataRow(9999)]
    public async Task Ask_WithALimitBelowAMillisecond_EndsAfterOne(long ticks)
    {
        await using LlmClient client =
            await OpenFakeAsync("sleep 60000", new BridgeOptions { Grace = TimeSpan.FromMilliseconds(100) });
        await client.StartAsync(Watchdog);
        LlmTimeoutException timeout = await Assert.ThrowsExactlyAsync<LlmTimeoutException>(
            () => client.AskAsync("hi", new CallOptions { Timeout = TimeSpan.FromTicks(ticks) }, Watchdog));
        StringAssert.Contains(timeout.Message, "longer than 1 ms");
    }

    [TestMethod]
    public async Task Ask_AfterADeadline_FindsTheClientWorking()
    {
        await using LlmClient client = await OpenFakeAsync("sleep 1000");
        await TimesOutAsync(client);
        Assert.AreEqual(LlmFinishReason.Stop, (await client.AskAsync("hi", null, Watchdog)).FinishReason);
    }

    private async Task TimesOutAsync(LlmClient client)
    {
        long start = Stopwatch.GetTimestamp();
        LlmTimeoutException timeout =
            await Assert.ThrowsExactlyAsync<LlmTimeoutException>(() => client.AskAsync("hi", s_limited, Watchdog));
        Assert.AreEqual(LlmStatus.DeadlineExceeded, timeout.Error.Status, timeout.Message);
        Assert.IsGreaterThanOrEqualTo(s_limit, Stopwatch.GetElapsedTime(start), "the deadline must not come early");
    }
}
