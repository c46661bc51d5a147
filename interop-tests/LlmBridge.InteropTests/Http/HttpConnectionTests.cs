using static LlmBridge.InteropTests.Support.RecordedServer;

namespace LlmBridge.InteropTests.Http;

/// <summary>Connections that serve one request after another.</summary>
[TestClass]
public sealed class HttpConnectionTests : HttpTest
{
    private static Reply Answer => Stream(Piece("a"), Finish(), "[DONE]");

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task AServerThatClosedAKeptConnectionAsTheRequestCame_IsAskedOnAnother(bool resets)
    {
        int asked = 0;
        ReplyEnd end = resets ? ReplyEnd.Reset : ReplyEnd.Closes;
        using var server = new RecordedServer(_ => ++asked == 1 ? new Reply("", end) : Answer)
        {
            KeepsConnections = true,
        };
        await using LlmClient client = await OpenHttpAsync(server.Url, new BridgeOptions
        {
            Retries = 0,
        });
        Assert.AreEqual("a", (await client.AskAsync("?", null, Watchdog)).Text);
        Assert.AreEqual(2, asked);
    }

    [TestMethod]
    public async Task AServerThatWorkedOnTheRequestBeforeItClosed_IsNotAskedAgain()
    {
        int asked = 0;
        Reply late = new Reply("").Then(over => Task.Delay(1500, over), "");
        using var server = new RecordedServer(_ => ++asked == 1 ? late : Answer)
        {
            KeepsConnections = true,
        };
        await using LlmClient client = await OpenHttpAsync(server.Url);
        await Assert.ThrowsAsync<LlmException>(() => client.AskAsync("?", null, Watchdog));
        Assert.AreEqual(1, asked);
    }
}
