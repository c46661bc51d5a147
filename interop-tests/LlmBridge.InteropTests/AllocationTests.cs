namespace LlmBridge.InteropTests;

/// <summary>What calls leave to the garbage collector, on all threads together. Bytes are counted, so load on the
/// machine changes nothing, nor does whether an answer came while its caller still waited in place.</summary>
[TestClass]
public sealed class AllocationTests : BridgeTest
{
    private const int Rounds = 5;

    /// <summary>A task or what stands in for one, a reply, a handle: none is larger.</summary>
    private const int SmallObjectBytes = 128;

#if DEBUG
    /// <summary>The state of an asynchronous method: only optimised code keeps it out of the heap.</summary>
    private const int StateBytes = SmallObjectBytes;
#else
    private const int StateBytes = 0;
#endif

    private static readonly string s_prompt = new('x', 64);

    [TestMethod]
    public async Task Ask_AllocatesTheAnswerAndThreeSmallObjects()
    {
        await using LlmClient client = await OpenFakeAsync();
        long bytes = await BytesPerCallAsync(1000, () => client.AskAsync(s_prompt, null, Watchdog));
        Assert.IsLessThanOrEqualTo(BytesOf(s_prompt) + 3 * (SmallObjectBytes + StateBytes), bytes);
    }

    [TestMethod]
    public async Task AskThatMustWait_AllocatesNoMore()
    {
        await using LlmClient client = await OpenFakeAsync("sleep 1; echo");
        long bytes = await BytesPerCallAsync(100, () => client.AskAsync(s_prompt, null, Watchdog));
        Assert.IsLessThanOrEqualTo(BytesOf(s_prompt) + 3 * (SmallObjectBytes + StateBytes), bytes);
    }

    [TestMethod]
    public async Task Stream_AllocatesItsPieces()
    {
        const int pieces = 100;
        await using LlmClient client = await OpenFakeAsync($"pieces {pieces} 0");
        long bytes = await BytesPerCallAsync(100, async () =>
        {
            await foreach (string _ in client.StreamAsync(s_prompt, null, Watchdog)) { }
        });
        Assert.IsLessThanOrEqualTo(pieces * (BytesOf("piece 100\n") + 2 * StateBytes) + 5 * SmallObjectBytes, bytes);
    }

    [TestMethod]
    public async Task Embed_AllocatesTheVectorAndThreeSmallObjects()
    {
        await using LlmClient client = await OpenFakeAsync();
        float[] vector = await client.EmbedAsync(s_prompt, null, Watchdog);
        long bytes = await BytesPerCallAsync(1000, () => client.EmbedAsync(s_prompt, null, Watchdog));
        Assert.IsLessThanOrEqualTo(BytesOf(vector) + 3 * (SmallObjectBytes + StateBytes), bytes);
    }

    /// <summary>Of the round that allocated least: others do something in this process now and then.</summary>
    private static async Task<long> BytesPerCallAsync(int calls, Func<Task> call)
    {
        long least = long.MaxValue;
        for (int round = 0; round <= Rounds; round++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int i = 0; i < calls; i++) await call();
            long bytes = (GC.GetTotalAllocatedBytes(precise: true) - before) / calls;
            least = round == 0 ? least : Math.Min(least, bytes); // the first fills the pools
        }
        Console.WriteLine($"{least} bytes a call");
        return least;
    }

    private static int BytesOf(string text) => 24 + sizeof(char) * text.Length;

    private static int BytesOf(float[] vector) => 24 + sizeof(float) * vector.Length;
}
