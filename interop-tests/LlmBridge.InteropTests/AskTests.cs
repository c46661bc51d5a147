namespace LlmBridge.InteropTests;

/// <summary>LlmClient.AskAsync: whole answers.</summary>
[TestClass]
public sealed class AskTests : BridgeTest
{
    [TestMethod]
    public async Task Ask_WithTheEchoScript_ReturnsThePromptAndWhatIsKnownOfIt()
    {
        await using LlmClient client = await OpenFakeAsync();
        LlmReply reply = await client.AskAsync("Grüße, 世界 🌍", null, Watchdog);
        Assert.AreEqual("Grüße, 世界 🌍", reply.Text);
        Assert.AreEqual("fake", reply.Engine);
        Assert.AreEqual(LlmFinishReason.Stop, reply.FinishReason);
        Assert.AreEqual(1, reply.Attempts);
        Assert.IsFalse(reply.Fallback);
        Assert.IsGreaterThan(TimeSpan.Zero, reply.Timings.Total);
        Assert.IsGreaterThanOrEqualTo(reply.Timings.FirstToken, reply.Timings.Total);
    }

    [TestMethod]
    public async Task Ask_FromEightThreadsAtOnce_GivesEachItsOwnAnswers()
    {
        const int threads = 8, calls = 40;
        await using LlmClient client = await OpenFakeAsync();
        await Task.WhenAll(Enumerable.Range(0, threads).Select(thread => Task.Run(
            async () =>
            {
                for (int call = 0; call < calls; call++)
                {
                    string prompt = $"thread {thread}, call {call}, " + new string((char)('a' + thread), 100 * call);
                    Assert.AreEqual(prompt, (await client.AskAsync(prompt, null, Watchdog)).Text);
                }
            },
            Watchdog)));
    }

    [TestMethod]
    public async Task Ask_WithAMebibyte_ReturnsItWhole()
    {
        await using LlmClient client = await OpenFakeAsync();
        // 9 bytes and more each.
        string prompt = string.Concat(Enumerable.Range(0, 1 << 17).Select(i => $"{i % 1000:000} ä😀"));
        Assert.AreEqual(prompt, (await client.AskAsync(prompt, null, Watchdog)).Text);
    }

    [TestMethod]
    public async Task Ask_WithAnEmptyPrompt_IsInvalidArgument()
    {
        await using LlmClient client = await OpenFakeAsync();
        await IsRefusedAsync(() => client.AskAsync("", null, Watchdog));
    }

    [TestMethod]
    public async Task Ask_WithANulInThePrompt_IsInvalidArgument()
    {
        await using LlmClient client = await OpenFakeAsync();
        await IsRefusedAsync(() => client.AskAsync("before\0after", null, Watchdog));
    }

    [TestMethod]
    public async Task Ask_WithHalfASurrogatePair_IsInvalidArgument()
    {
        await using LlmClient client = await OpenFakeAsync();
        await IsRefusedAsync(() => client.AskAsync("\ud83d alone", null, Watchdog));
    }

    [TestMethod]
    public async Task Ask_WithALongAnswer_FailsWhereItExceedsOutputBytes()
    {
        await using LlmClient client = await OpenFakeAsync("flood 100000");
        LlmException failure = await FailsAsync(
            LlmStatus.OutputTooLarge, () => client.AskAsync("hi", new CallOptions { OutputBytes = 1000 }, Watchdog));
        StringAssert.Contains(failure.Message, "1000");
        Assert.IsGreaterThanOrEqualTo(100000, (await client.AskAsync("hi", null, Watchdog)).Text.Length);
    }

    [TestMethod]
    public async Task Ask_AfterDispose_SaysSo()
    {
        LlmClient client = await OpenFakeAsync();
        await client.DisposeAsync();
        await client.DisposeAsync();
        await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => client.AskAsync("hi", null, Watchdog));
    }

    [TestMethod]
    public async Task Start_MakesTheEngineReadyBeforeTheFirstCall()
    {
        await using LlmClient client = await OpenFakeAsync();
        Assert.AreEqual(0, client.EngineProcessId);
        Assert.IsTrue(Processes.IsAlive(await StartEngineAsync(client)));
        Assert.AreEqual(1.0, client.LoadProgress);
        Assert.AreEqual("hi", (await client.AskAsync("hi", null, Watchdog)).Text);
    }
}
