namespace LlmBridge.InteropTests;

/// <summary>What a client tells of its bridge: counters, times, workers, events.</summary>
[TestClass]
public sealed class StatisticsTests : BridgeTest
{
    [TestMethod]
    public async Task OfANewClient_AreEmpty_AndLookingStartsNothing()
    {
        await using LlmClient client = await OpenFakeAsync();
        LlmStatistics statistics = client.GetStatistics();
        Assert.AreEqual(0, statistics.CallsStarted);
        Assert.IsEmpty(statistics.CallsEnded);
        Assert.IsEmpty(statistics.Workers);
        Assert.AreEqual(default, statistics.Engines);
        Assert.AreEqual(LlmBreakerState.Closed, statistics.Breaker);
        Assert.IsNull(statistics.TotalTime.Percentile(0.5));
        Assert.IsEmpty(client.GetEvents());
        Assert.IsEmpty(Processes.KeepersOf(Environment.ProcessId));
    }

    [TestMethod]
    public async Task AfterCalls_CountThemTheirTimesAndTheirWorker()
    {
        await using LlmClient client = await OpenFakeAsync();
        for (int i = 0; i < 3; i++) await client.AskAsync("hi", null, Watchdog);
        long engine = await StartEngineAsync(client);
        LlmStatistics statistics = client.GetStatistics();
        Assert.AreEqual(3, statistics.CallsStarted);
        Assert.AreEqual(3, statistics.CallsSucceeded);
        Assert.AreEqual(0, statistics.CallsFailed);
        Assert.AreEqual(0, statistics.CallsActive);
        Assert.AreEqual(3, statistics.TotalTime.Count);
        Assert.AreEqual(3, statistics.FirstTokenTime.Count);
        Assert.IsGreaterThan(TimeSpan.Zero, statistics.TotalTime.Percentile(0.5)!.Value);
        Assert.IsGreaterThan(0, statistics.Usage.CompletionTokens);
        Assert.AreEqual(1, statistics.Engines.Started);
        Assert.AreEqual(1, statistics.Engines.Ready);
        LlmWorker worker = statistics.Workers.Single();
        Assert.AreEqual(LlmWorkerState.Ready, worker.State);
        Assert.AreEqual(engine, worker.ProcessId);
        Assert.AreEqual(3, worker.Served);
        Assert.IsGreaterThan(TimeSpan.Zero, worker.Ready);
    }

    [TestMethod]
    public async Task AfterACrash_NameItsCause_AndSoDoTheEvents()
    {
        await using LlmClient client = await OpenFakeAsync("signal 11@accept", new BridgeOptions { Retries = 0 });
        await FailsAsync(LlmStatus.EngineCrashed, () => client.AskAsync("hi", null, Watchdog));
        LlmStatistics statistics = client.GetStatistics();
        Assert.AreEqual(1, statistics.CallsEnded[LlmStatus.EngineCrashed]);
        Assert.AreEqual(1, statistics.CallsFailed);
        Assert.AreEqual(1, statistics.Engines.Crashed);
        IReadOnlyList<LlmEvent> events = client.GetEvents();
        LlmEvent death = events.Single(e => e.Kind == LlmEventKind.EngineFailed);
        Assert.AreEqual(LlmStatus.EngineCrashed, death.Status);
        Assert.AreEqual("signal 11", death.Exit);
        Assert.AreNotEqual(0, death.ProcessId);
        Assert.AreEqual(1, events.Single(e => e.Kind == LlmEventKind.CallFailed).CallId);
    }

    [TestMethod]
    public async Task Events_AreNumberedAndReadOnFromTheLastOne()
    {
        await using LlmClient client = await OpenFakeAsync();
        DateTimeOffset before = DateTimeOffset.Now;
        await client.StartAsync(Watchdog);
        IReadOnlyList<LlmEvent> events = client.GetEvents();
        CollectionAssert.AreEqual(
            new[] { LlmEventKind.EngineStarting, LlmEventKind.EngineReady }, events.Select(e => e.Kind).ToArray());
        CollectionAssert.AreEqual(new long[] { 1, 2 }, events.Select(e => e.Sequence).ToArray());
        Assert.IsTrue(events.All(e => e.Time > before.AddSeconds(-1) && e.Time <= DateTimeOffset.Now),
            "an event lies outside the test's time");
        Assert.AreEqual(LlmEventKind.EngineReady, client.GetEvents(1).Single().Kind);
        Assert.IsEmpty(client.GetEvents(2));
    }

    [TestMethod]
    public async Task OfADisposedClient_AreRefused()
    {
        LlmClient client = await OpenFakeAsync();
        await client.DisposeAsync();
        Assert.ThrowsExactly<ObjectDisposedException>(() => client.GetStatistics());
        Assert.ThrowsExactly<ObjectDisposedException>(() => client.GetEvents());
    }

    [TestMethod]
    public void Percentile_LiesWithinItsBucket()
    {
        ulong[] counts = new ulong[NativeConstants.LLMB_STATS_BUCKETS];
        counts[3] = 90;
        counts[10] = 10;
        var times = new LlmHistogram(counts, 1000);
        Assert.AreEqual(100, times.Count);
        IsWithin(3, times.Percentile(0)!.Value);
        IsWithin(3, times.Percentile(0.9)!.Value);
        IsWithin(10, times.Percentile(0.91)!.Value);
        IsWithin(10, times.Percentile(1)!.Value);
    }

    [TestMethod]
    [DataRow(0.125, 2, 0.25)]
    [DataRow(0.5, 2, 1.0)]
    [DataRow(0.75, 3, 0.5)]
    [DataRow(1.0, 3, 1.0)]
    public void Percentile_LiesAsFarInItsBucketAsItsShareOfIt(double share, int bucket, double part)
    {
        ulong[] counts = new ulong[NativeConstants.LLMB_STATS_BUCKETS];
        counts[2] = counts[3] = 4;
        double lower = LlmHistogram.BoundsMs[bucket - 1], upper = LlmHistogram.BoundsMs[bucket];
        double expected = lower + ((upper - lower) * part);
        var times = new LlmHistogram(counts, 12);
        Assert.AreEqual(expected, times.Percentile(share)!.Value.TotalMilliseconds, 0.0002);
        Assert.AreEqual(TimeSpan.FromMilliseconds(12), times.Sum);
        Assert.AreEqual(4, times.Counts[3]);
    }

    [TestMethod]
    [DataRow(-0.01)]
    [DataRow(1.01)]
    public void Percentile_OfWhatIsNoShare_IsRefused(double share)
    {
        var times = new LlmHistogram(new ulong[NativeConstants.LLMB_STATS_BUCKETS], 0);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => times.Percentile(share));
    }

    [TestMethod]
    public void Percentile_InTheLastBucket_IsItsLowerBound()
    {
        ulong[] counts = new ulong[NativeConstants.LLMB_STATS_BUCKETS];
        counts[^1] = 1;
        Assert.AreEqual(
            LlmHistogram.BoundsMs[^2], new LlmHistogram(counts, 1).Percentile(1)!.Value.TotalMilliseconds, 1);
        Assert.IsTrue(double.IsInfinity(LlmHistogram.BoundsMs[^1]));
    }

    private static void IsWithin(int bucket, TimeSpan time)
    {
        const double Tick = 0.0001;
        Assert.IsTrue(
            time.TotalMilliseconds >= LlmHistogram.BoundsMs[bucket - 1] - Tick
                && time.TotalMilliseconds <= LlmHistogram.BoundsMs[bucket] + Tick,
            $"{time.TotalMilliseconds} ms is not in bucket {bucket}");
    }
}
