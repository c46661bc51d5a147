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

    /// <summary>What only a cancelled call brings: it ends as cancelled in the library too, long before its
    /// limit.</summary>
    [TestMethod]
    [DataRow("ask")]
    [DataRow("stream")]
    [DataRow("embed")]
    [DataRow("count")]
    public async Task Call_OfAHungEngine_EndsByItsTokenAndNotByALimit(string kind)
    {
        var options = new BridgeOptions
        {
            Slots = 1,
            Grace = TimeSpan.FromMilliseconds(100),
            Calls = new CallOptions { Timeout = TimeSpan.FromSeconds(8) },
        };
        await using LlmClient client = await OpenFakeAsync("hang@accept", options);
        await client.StartAsync(Watchdog);
        using var source = new CancellationTokenSource();
        Task call = CallAsync(client, kind, source.Token);
        Processes.WaitUntil(() => client.GetStatistics().CallsActive == 1, "the engine to have the call");
        await Task.Delay(50, Watchdog); // it waits in the pump now
        source.Cancel();
        OperationCanceledException ended = await Assert.ThrowsAsync<OperationCanceledException>(() => call);
        Assert.AreEqual(source.Token, ended.CancellationToken);
        IReadOnlyDictionary<LlmStatus, long> ends = client.GetStatistics().CallsEnded;
        Assert.AreEqual(1, ends.GetValueOrDefault(LlmStatus.Cancelled), string.Join(", ", ends));
        Assert.HasCount(1, ends);
    }

    /// <summary>The engine that is told gives the call up, and keeps its life: the slot is free for the
    /// next.</summary>
    [TestMethod]
    public async Task Ask_WhenCancelled_TheEngineIsToldAndTheNextCallHasItsSlot()
    {
        await using LlmClient client = await OpenFakeAsync("pieces 1000000 5", new BridgeOptions { Slots = 1 });
        long engine = await StartEngineAsync(client);
        for (int round = 0; round < 3; round++)
        {
            using var source = new CancellationTokenSource();
            Task<LlmReply> asking = client.AskAsync("hi", null, source.Token);
            await Task.Delay(30, Watchdog);
            source.Cancel();
            await Assert.ThrowsAsync<OperationCanceledException>(() => asking);
            LlmReply next = await client.AskAsync("hi", new CallOptions { MaxOutputTokens = 1 }, Watchdog);
            Assert.AreEqual("piece 1\n", next.Text);
        }
        Assert.AreEqual(engine, client.EngineProcessId);
    }

    /// <summary>Whatever moment a disposal comes at: every call ends, and so does the disposal.</summary>
    [TestMethod]
    public async Task Dispose_RacingCalls_EndsThemAllAndItself()
    {
        for (int round = 0; round < 10; round++)
        {
            LlmClient client = await OpenFakeAsync("sleep 1; echo", new BridgeOptions { Slots = 8, Queue = 100 });
            await client.StartAsync(Watchdog);
            using var go = new Barrier(5);
            Task<int>[] callers =
                [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() => CallUntilDisposedAsync(client, go)))];
            go.SignalAndWait(Watchdog);
            await Task.Delay(round, Watchdog);
            await client.DisposeAsync().AsTask().WaitAsync(Watchdog);
            foreach (Task<int> caller in callers) await caller.WaitAsync(Watchdog);
            await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => client.AskAsync("late", null, Watchdog));
        }
    }

    private async Task<int> CallUntilDisposedAsync(LlmClient client, Barrier go)
    {
        go.SignalAndWait(Watchdog);
        for (int answered = 0; ; answered++)
        {
            try
            {
                Assert.AreEqual("hi", (await client.AskAsync("hi", null, Watchdog)).Text);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return answered;
            }
        }
    }

    /// <summary>A wait that is over is forgotten: a client that lives for months does not grow.</summary>
    [TestMethod]
    public async Task Wait_ThatIsOver_IsForgotten()
    {
        await using LlmClient client = await OpenFakeAsync("pieces 3 2; sleep 2");
        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => client.AskAsync("hi", null, Watchdog)));
        Assert.AreEqual(0, client.WaitsInPump);
    }

    private static async Task CallAsync(LlmClient client, string kind, CancellationToken token)
    {
        switch (kind)
        {
            case "ask":
                await client.AskAsync("hi", null, token);
                break;
            case "stream":
                await foreach (string _ in client.StreamAsync("hi", null, token))
                {
                }
                break;
            case "embed":
                await client.EmbedAsync("hi", null, token);
                break;
            default:
                await client.CountTokensAsync("hi", token);
                break;
        }
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
