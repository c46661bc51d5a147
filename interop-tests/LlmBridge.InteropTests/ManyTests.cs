namespace LlmBridge.InteropTests;

/// <summary>LlmClient.AskManyAsync and EmbedManyAsync: many calls, each with an outcome of its own.</summary>
[TestClass]
public sealed class ManyTests : BridgeTest
{
    [TestMethod]
    [DataRow(LlmItemOrder.InOrder)]
    [DataRow(LlmItemOrder.AsTheyCome)]
    public async Task AskMany_GivesEachPromptItsReply(LlmItemOrder order)
    {
        await using LlmClient client = await OpenFakeAsync();
        string[] prompts = [.. Enumerable.Range(0, 200).Select(i => $"prompt {i}")];
        var indices = new List<int>();
        await foreach (LlmItem<LlmReply> item in client.AskManyAsync(prompts, null, order, Watchdog))
        {
            Assert.AreEqual(prompts[item.Index], item.GetValueOrThrow().Text);
            indices.Add(item.Index);
        }
        int[] all = [.. Enumerable.Range(0, prompts.Length)];
        if (order == LlmItemOrder.InOrder) CollectionAssert.AreEqual(all, indices);
        else CollectionAssert.AreEquivalent(all, indices);
    }

    [TestMethod]
    public async Task AskMany_OneFailingItem_DoesNotFailTheRest()
    {
        await using LlmClient client = await OpenFakeAsync();
        List<LlmItem<LlmReply>> items =
            await ListAsync(client.AskManyAsync(["a", "", "c", "\udc00", "e"], cancellationToken: Watchdog));
        CollectionAssert.AreEqual(new[] { "a", null, "c", null, "e" }, items.Select(i => i.Value?.Text).ToArray());
        foreach (LlmItem<LlmReply> item in items.Where(i => i.Value is null))
        {
            Assert.IsInstanceOfType<ArgumentException>(item.Failure);
            Assert.ThrowsExactly<InvalidOperationException>(() => item.GetValueOrThrow());
        }
    }

    [TestMethod]
    public async Task AskMany_TakesNoMorePromptsThanThereAreSlots()
    {
        await using LlmClient client = await OpenFakeAsync("pieces 2 5", new BridgeOptions { Slots = 3 });
        int taken = 0, told = 0;
        IEnumerable<string> prompts = Enumerable.Range(0, 20).Select(i => $"prompt {++taken}");
        await foreach (LlmItem<LlmReply> item in client.AskManyAsync(prompts, cancellationToken: Watchdog))
        {
            Assert.IsNotNull(item.Value, item.Failure?.Message);
            told++;
            Assert.IsLessThanOrEqualTo(3, taken - told + 1);
        }
        Assert.AreEqual(20, told);
    }

    [TestMethod]
    public async Task AskMany_LeftEarly_CancelsTheRest()
    {
        await using LlmClient client = await OpenFakeAsync("pieces 3 1");
        await foreach (LlmItem<LlmReply> item in client.AskManyAsync(
            Enumerable.Repeat("again", 1000), cancellationToken: Watchdog))
        {
            Assert.IsNotNull(item.Value);
            break;
        }

        // A cancelled call is active until the engine has let go of it, a moment later.
        while (client.GetStatistics().CallsActive > 0) await Task.Delay(5, Watchdog);
        Assert.IsTrue(client.GetStatistics().CallsStarted < 1000);
    }

    [TestMethod]
    public async Task AskMany_WhenCancelled_Throws()
    {
        await using LlmClient client = await OpenFakeAsync("sleep 100000");
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAsync<OperationCanceledException>(
            () => ListAsync(client.AskManyAsync(["a", "b"], cancellationToken: source.Token)));
    }

    [TestMethod]
    public async Task EmbedMany_GivesEachTextItsVector_AndOneFailingDoesNotFailTheRest()
    {
        await using LlmClient client = await OpenFakeAsync();
        List<LlmItem<LlmEmbedding>> items =
            await ListAsync(client.EmbedManyAsync(["a", "", "abc"], cancellationToken: Watchdog));
        Assert.AreEqual(1, items[0].GetValueOrThrow().Vector[^1]);
        Assert.IsInstanceOfType<ArgumentException>(items[1].Failure);
        Assert.AreEqual(3, items[2].GetValueOrThrow().Vector[^1]);
    }

    [TestMethod]
    public async Task Embed_OfAnEmptyText_SaysWhich()
    {
        await using LlmClient client = await OpenFakeAsync();
        StringAssert.Contains(
            (await IsRefusedAsync(() => client.EmbedAsync(["a", ""], null, Watchdog))).Message,
            "number 2 of 2");
        StringAssert.Contains(
            (await IsRefusedAsync(() => client.EmbedAsync([], null, Watchdog))).Message,
            "texts");
    }

    [TestMethod]
    public async Task CountTokens_WhenCancelled_StopsTheEnginesWork()
    {
        await using LlmClient client = await OpenFakeAsync("sleep 100000");
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAsync<OperationCanceledException>(() => client.CountTokensAsync("some text", source.Token));
    }

    private static async Task<List<T>> ListAsync<T>(IAsyncEnumerable<T> items)
    {
        var list = new List<T>();
        await foreach (T item in items) list.Add(item);
        return list;
    }
}
