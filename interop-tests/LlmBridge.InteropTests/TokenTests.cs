namespace LlmBridge.InteropTests;

/// <summary>What is told of single tokens, by the fake engine: each piece of an answer, each byte of a text.</summary>
[TestClass]
public sealed class TokenTests : BridgeTest
{
    [TestMethod]
    public async Task LogProbabilities_ComeWithTheReply()
    {
        await using LlmClient client = await OpenFakeAsync("pieces 2 0");
        LlmReply reply = await client.AskAsync("hi", new CallOptions { Logprobs = 2 }, Watchdog);
        Assert.AreEqual(2, reply.LogProbabilities!.Count);
        LlmTokenLogProbability first = reply.LogProbabilities[0];
        Assert.AreEqual("piece 1", first.Token);
        Assert.AreEqual(-0.5, first.LogProbability);
        Assert.IsNull(first.Id);
        Assert.IsNull(first.Bytes);
        Assert.AreEqual("other 2", first.Top[1].Token);
        Assert.AreEqual(-2.25, first.Top[1].LogProbability);
        Assert.IsNull((await client.AskAsync("hi", null, Watchdog)).LogProbabilities);
    }

    [TestMethod]
    public async Task ATextsTokens_AreThatTextAgain()
    {
        await using LlmClient client = await OpenFakeAsync(null);
        const string Text = "Stra\u00dfe \ud83d\ude00";
        IReadOnlyList<int> tokens = await client.TokenizeAsync(Text, null, Watchdog);
        Assert.AreEqual(12, tokens.Count);
        Assert.AreEqual(Text, await client.DetokenizeAsync(tokens, null, Watchdog));
        Assert.AreEqual("", await client.DetokenizeAsync([], null, Watchdog));
        await FailsAsync(LlmStatus.InvalidArgument, () => client.DetokenizeAsync([65, 256], null, Watchdog));
        await Assert.ThrowsExactlyAsync<ArgumentException>(() => client.TokenizeAsync("", null, Watchdog));
    }
}
