using System.Text;

namespace LlmBridge.InteropTests;

/// <summary>LlmClient.StreamAsync: answers piece by piece.</summary>
[TestClass]
public sealed class StreamTests : BridgeTest
{
    private const string Pieces = "pieces 50 2";

    [TestMethod]
    public async Task Stream_PiecesTogether_AreTheWholeAnswer()
    {
        await using LlmClient client = await OpenFakeAsync(Pieces);
        var text = new StringBuilder();
        int pieces = 0;
        await foreach (string piece in client.StreamAsync("hi", null, Watchdog))
        {
            Assert.AreNotEqual("", piece);
            text.Append(piece);
            pieces++;
        }
        Assert.IsGreaterThan(1, pieces);
        Assert.AreEqual((await client.AskAsync("hi", null, Watchdog)).Text, text.ToString());
    }

    [TestMethod]
    public async Task Stream_OfManyBytes_NeverSplitsACharacter()
    {
        await using LlmClient client = await OpenFakeAsync();
        string prompt = string.Concat(Enumerable.Repeat("ä世🌍x", 20000));
        var text = new StringBuilder();
        await foreach (string piece in client.StreamAsync(prompt, null, Watchdog))
        {
            Assert.IsFalse(piece.Contains('\ufffd'), "a character was cut");
            text.Append(piece);
        }
        Assert.AreEqual(prompt, text.ToString());
    }

    [TestMethod]
    public async Task Stream_LeftEarly_CancelsTheCallAndSparesTheEngine()
    {
        await using LlmClient client = await OpenFakeAsync("pieces 100000 5", new BridgeOptions { Slots = 1 });
        long engine = await StartEngineAsync(client);
        for (int round = 0; round < 3; round++) // with one slot, each round needs the one before to have ended
        {
            await foreach (string piece in client.StreamAsync("hi", null, Watchdog))
            {
                Assert.AreNotEqual("", piece);
                break;
            }
        }
        Assert.AreEqual(engine, client.EngineProcessId);
        Assert.IsTrue(Processes.IsAlive(engine));
    }

    [TestMethod]
    public async Task Stream_ReadSlowly_LosesNothingAndDisturbsNobody()
    {
        await using LlmClient client = await OpenFakeAsync("flood 3000000");
        var text = new StringBuilder();
        await foreach (string piece in client.StreamAsync("hi", null, Watchdog))
        {
            if (text.Length == 0)
            {
                await Task.Delay(200, Watchdog);
                Assert.IsGreaterThanOrEqualTo(3000000, (await client.AskAsync("hi", null, Watchdog)).Text.Length);
            }
            text.Append(piece);
        }
        Assert.AreEqual((await client.AskAsync("hi", null, Watchdog)).Text, text.ToString());
    }

    [TestMethod]
    public async Task Stream_WhileTheClientIsDisposed_EndsAsCancelled()
    {
        LlmClient client = await OpenFakeAsync("pieces 100000 5");
        await using IAsyncEnumerator<string> pieces =
            client.StreamAsync("hi", null, Watchdog).GetAsyncEnumerator(Watchdog);
        Assert.IsTrue(await pieces.MoveNextAsync());
        await client.DisposeAsync();
        await Assert.ThrowsExactlyAsync<OperationCanceledException>(async () => await pieces.MoveNextAsync());
    }
}
