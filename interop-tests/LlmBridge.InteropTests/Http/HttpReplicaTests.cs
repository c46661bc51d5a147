using System.Text;
using LlmBridge.OpenAI;
using static LlmBridge.InteropTests.Support.RecordedServer;
using ServerEvents = LlmBridge.OpenAI.EventReader;

namespace LlmBridge.InteropTests.Http;

/// <summary>Replicas and the reading of their streams, without an engine around them.</summary>
[TestClass]
public sealed class HttpReplicaTests : BridgeTest
{
    [TestMethod]
    public async Task AReplicaThatCannotGoOnWithAnothersAnswer_IsNotLeftAloneForIt()
    {
        using var cutting = new RecordedServer(_ => new Reply(Head("text/event-stream") + Events(Piece("a"))), "vllm");
        using var plain = new RecordedServer(_ => Stream(Piece("b"), Finish(), "[DONE]"));
        ServerUrl[] urls = [ServerUrl.Parse(cutting.Url), ServerUrl.Parse(plain.Url)];
        using var replicas = new Replicas(urls, new ServerOptions { Model = "served" }, new StoppedTime());
        ServerException failure = await Assert.ThrowsExactlyAsync<ServerException>(() => AskAsync(replicas));
        StringAssert.Contains(failure.Message, "cannot go on");
        Assert.AreEqual("b", await AskAsync(replicas), "the one that was cut off is left alone, and no other");
    }

    [TestMethod]
    public async Task AnAnswerThatIsCutOff_GoesOnWithAllThatCame()
    {
        using var cutting = new RecordedServer(
            _ => new Reply(Head("text/event-stream") + Events(Piece("on"), Piece("e "))), "vllm");
        using var whole = new RecordedServer(_ => Stream(Piece("two"), Finish(), "[DONE]"), "vllm");
        ServerUrl[] urls = [ServerUrl.Parse(cutting.Url), ServerUrl.Parse(whole.Url)];
        using var replicas = new Replicas(urls, new ServerOptions());
        Assert.AreEqual("one two", await AskAsync(replicas));
        StringAssert.Contains(whole.Asked.Single().Body, "\"one \"");
    }

    [TestMethod]
    public async Task APieceWithoutTheEmptyLineAfterIt_IsGivenOutAtOnce()
    {
        using var server = new RecordedServer(
            _ => new Reply(Head("text/event-stream") + $"data: {Piece("a")}\n", ReplyEnd.StaysOpen));
        using var replicas = new Replicas([ServerUrl.Parse(server.Url)], new ServerOptions());
        var request = new ChatRequest(replicas, Question, new RequestLimits());
        await using IAsyncEnumerator<string> pieces = request.AskAsync(Watchdog).GetAsyncEnumerator(Watchdog);
        Assert.IsTrue(await pieces.MoveNextAsync());
        Assert.AreEqual("a", pieces.Current);
    }

    [TestMethod]
    [DataRow("data: {\"a\":1}\ndata: {\"b\":2}\n\n", ":{\"a\":1}", ":{\"b\":2}")]
    [DataRow("data: {\"a\":1}\nevent: x\ndata: {\"b\":2}\n\n", ":{\"a\":1}", "x:{\"b\":2}")]
    [DataRow("event: x\ndata: {\"a\":1}\nid: 7\n\ndata: 2\n\n", "x:{\"a\":1}", ":2")]
    [DataRow("data: {\ndata: \"a\":1}\n\ndata: [DONE]\n", ":{\n\"a\":1}", ":[DONE]")]
    [DataRow("data: {\"a\":\ndata: {\"b\":2}\ndata: }\n\ndata: 1\n\n", ":{\"a\":\n{\"b\":2}\n}", ":1")]
    public void Events_AreTheSameHoweverTheirBytesCome(string bytes, params string[] expected)
    {
        byte[] all = Encoding.UTF8.GetBytes(bytes);
        for (int cut = 0; cut <= all.Length; cut++)
        {
            var reader = new ServerEvents();
            reader.Add(all.AsSpan(0, cut));
            reader.Add(all.AsSpan(cut));
            reader.End();
            var events = new List<string>();
            while (reader.TryRead(out StreamEvent item))
            {
                events.Add($"{item.Name}:{Encoding.UTF8.GetString(item.Data.Span)}");
            }
            CollectionAssert.AreEqual(expected, events, $"cut at {cut}");
        }
    }

    private static ChatQuestion Question => new()
    {
        Prompt = "?",
        Settings = new Dictionary<string, string>(),
        MaxTokens = 100,
        Temperature = 0,
    };

    private async Task<string> AskAsync(Replicas replicas)
    {
        var text = new StringBuilder();
        var request = new ChatRequest(replicas, Question, new RequestLimits());
        await foreach (string piece in request.AskAsync(Watchdog)) text.Append(piece);
        return text.ToString();
    }

    /// <summary>A time in which nothing ends that lasts a while.</summary>
    private sealed class StoppedTime : TimeProvider
    {
        public override long GetTimestamp() => 1;
    }
}
