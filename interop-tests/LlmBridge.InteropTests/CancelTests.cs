namespace LlmBridge.InteropTests;

/// <summary>Cancelling: by the caller's token, and by disposing of the client.</summary>
[TestClass]
public sealed class CancelTests : BridgeTest
{
    [TestMethod]
    public async Task Ask_WhenCancelled_ThrowsWithTheCallersTokenAndTheNextCallWorks()
    {
        await using LlmClient client = await OpenFakeAsync("pieces 300 5", new BridgeOptions { Slots = 1 });
        await client.StartAsync(Watchdog);
        using var source = new CancellationTokenSource();
        Task<LlmReply> asking = client.AskAsync("hi", null, source.Token);
        await Task.Delay(100, Watchdog);
        Assert.IsFalse(asking.IsCompleted);
        source.Cancel();
        OperationCanceledException cancelled = await Assert.ThrowsAsync<OperationCanceledException>(() => asking);
        Assert.AreEqual(source.Token, cancelled.CancellationToken);
        Assert.AreNotEqual("", (await client.AskAsync("hi", null, Watchdog)).Text);
    }

    [TestMethod]
    public async Task Ask_WithATokenCancelledBefore_StartsNothing()
    {
        await using LlmClient client = await OpenFakeAsync();
        var cancelled = new CancellationToken(canceled: true);
        OperationCanceledException thrown =
            await Assert.ThrowsAsync<OperationCanceledException>(() => client.AskAsync("hi", null, cancelled));
        Assert.AreEqual(cancelled, thrown.CancellationToken);
        Assert.AreEqual(0, client.EngineProcessId);
    }

    [TestMethod]
    public async Task Ask_OfAHungEngine_IsCancelledAllTheSame()
    {
        await using LlmClient client =
            await OpenFakeAsync("hang", new BridgeOptions { Grace = TimeSpan.FromMilliseconds(100) });
        await client.StartAsync(Watchdog);
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAsync<OperationCanceledException>(() => client.AskAsync("hi", null, source.Token));
    }

    [TestMethod]
    public async Task Start_WhenCancelled_StopsWaiting()
    {
        await using LlmClient client = await OpenFakeAsync("slow_start 100000");
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAsync<OperationCanceledException>(() => client.StartAsync(source.Token));
    }

    [TestMethod]
    public async Task Dispose_WithCallsInFlight_EndsThemAsCancelled()
    {
        LlmClient client = await OpenFakeAsync("hang");
        long engine = await StartEngineAsync(client);
        Task<LlmReply>[] asking = [.. Enumerable.Range(0, 6).Select(_ => client.AskAsync("hi", null, Watchdog))];
        await Task.Delay(50, Watchdog);
        await client.DisposeAsync();
        foreach (Task<LlmReply> call in asking) await Assert.ThrowsExactlyAsync<OperationCanceledException>(() => call);
        Processes.WaitUntilGone(engine);
    }

    [TestMethod]
    public async Task Ask_CancelledAtRandomMoments_LosesNoCall()
    {
        await using LlmClient client = await OpenFakeAsync("pieces 5 1");
        await client.StartAsync(Watchdog);
        var random = new Random(1);
        for (int call = 0; call < 100; call++)
        {
            using var source = new CancellationTokenSource();
            Task<LlmReply> asking = client.AskAsync("hi", null, source.Token);
            await Task.Delay(random.Next(0, 10), Watchdog);
            source.Cancel();
            try
            {
                Assert.AreNotEqual("", (await asking).Text);
            }
            catch (OperationCanceledException)
            {
            }
        }
        Assert.AreNotEqual("", (await client.AskAsync("hi", null, Watchdog)).Text);
    }
}
