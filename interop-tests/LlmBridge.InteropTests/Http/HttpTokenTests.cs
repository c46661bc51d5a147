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
    public async Task LogProbabilities_AreReadOutOfTheChunks()
    {
        const string Begin = """{"choices":[{"index":0,"delta":{"content":"?"},"logprobs":{"content":[""";
        const string First = """{"token":"a","logprob":-0.25,"bytes":[97],"top_logprobs":[""" +
            """{"token":"a","logprob":-0.25},{"token":"\ufffd","logprob":-3e400,"bytes":[226]}]}""";
        const string Second = """{"token":"b","logprob":-1,"id":7}""";
        using var server = new RecordedServer(_ => Stream(
            Begin + First + "]}}]}", Begin + Second + "]}}]}", Finish(), "[DONE]"));
        await using LlmClient client = await OpenHttpAsync(server.Url);
        LlmReply reply = await client.AskAsync("?", new CallOptions { Logprobs = 2 }, Watchdog);
        JsonElement body = JsonDocument.Parse(server.Asked.Single().Body).RootElement;
        Assert.IsTrue(body.GetProperty("logprobs").GetBoolean());
        Assert.AreEqual(2, body.GetProperty("top_logprobs").GetInt32());
        Assert.AreEqual(2, reply.LogProbabilities!.Count);
        Assert.AreEqual(-0.25, reply.LogProbabilities[0].LogProbability);
        Assert.AreEqual(-9999, reply.LogProbabilities[0].Top[1].LogProbability);
        CollectionAssert.AreEqual(new byte[] { 226 }, reply.LogProbabilities[0].Top[1].Bytes!.Value.ToArray());
        Assert.AreEqual(7, reply.LogProbabilities[1].Id);
    }

    [TestMethod]
    public async Task LogProbabilitiesThatAreNone_FailTheCall()
    {
        const string Bad = """{"choices":[{"index":0,"delta":{"content":"a"},"logprobs":{"content":[{"token":5}]}}]}""";
        using var server = new RecordedServer(_ => Stream(Bad, Finish(), "[DONE]"));
        await using LlmClient client = await OpenHttpAsync(server.Url);
        LlmException failure = await FailsAsync(
            LlmStatus.OutputInvalid, () => client.AskAsync("?", new CallOptions { Logprobs = 0 }, Watchdog));
        StringAssert.Contains(failure.Message, "log probabilities");
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
            var options = new CallOptions { LogitBias = biases };
            failure = await FailsAsync(
                LlmStatus.InvalidArgument, () => client.AskAsync("?", options, Watchdog));
            StringAssert.Contains(failure.Message, "logit_bias");
        }
        Assert.AreEqual(0, server.Asked.Count());
    }
}
