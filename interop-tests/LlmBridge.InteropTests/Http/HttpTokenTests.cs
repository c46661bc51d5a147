using System.Text.Json;
using static LlmBridge.InteropTests.Support.RecordedServer;

namespace LlmBridge.InteropTests.Http;

/// <summary>What servers are told, and tell, of single tokens.</summary>
[TestClass]
public sealed class HttpTokenTests : HttpTest
{
    [TestMethod]
    public async Task Biases_ReachTheServerAsTheyAre()
    {
        using var server = new RecordedServer(_ => Stream(Piece("a"), Finish(), "[DONE]"), "vllm");
        await using LlmClient client = await OpenHttpAsync(server.Url);
        var options = new CallOptions { LogitBias = """{"5":-100,"7":2.5}""", MinTokens = 3 };
        await client.AskAsync("?", options, Watchdog);
        JsonElement body = JsonDocument.Parse(server.Asked.Single().Body).RootElement;
        Assert.AreEqual(2.5, body.GetProperty("logit_bias").GetProperty("7").GetDouble());
        Assert.AreEqual(3, body.GetProperty("min_tokens").GetInt32());
    }

    [TestMethod]
    public async Task WhatCannotBeToldOfTokens_IsRefusedByItsName()
    {
        using var server = new RecordedServer(_ => Stream(Piece("a"), Finish(), "[DONE]"));
        await using LlmClient client = await OpenHttpAsync(server.Url);
        LlmException failure = await FailsAsync(
            LlmStatus.Unsupported, () => client.AskAsync("?", new CallOptions { MinTokens = 5 }, Watchdog));
        StringAssert.Contains(failure.Message, "min_tokens");
        foreach (string biases in (string[])["{", "[5]", "{\"5\":NaN}"])
        {
            failure = await FailsAsync(
                LlmStatus.InvalidArgument,
                () => client.AskAsync("?", new CallOptions { LogitBias = biases }, Watchdog));
            StringAssert.Contains(failure.Message, "logit_bias");
        }
        Assert.AreEqual(0, server.Asked.Count());
    }
}
