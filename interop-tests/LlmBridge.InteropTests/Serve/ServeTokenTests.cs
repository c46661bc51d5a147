using System.Text;
using System.Text.Json;

namespace LlmBridge.InteropTests.Serve;

/// <summary>What the gateway tells of single tokens, in OpenAI's forms.</summary>
[TestClass]
public sealed class ServeTokenTests : BridgeTest
{
    private const string Ask = """{"messages":[{"role":"user","content":"Hi"}]""";

    [TestMethod]
    public async Task LogProbabilities_AreToldInBothForms()
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=fake", "command=pieces 2 0"], Watchdog);
        JsonElement choice = await ChoiceAsync(
            serve, "/v1/chat/completions", Ask + ""","logprobs":true,"top_logprobs":2}""");
        JsonElement content = choice.GetProperty("logprobs").GetProperty("content");
        Assert.AreEqual(2, content.GetArrayLength());
        Assert.AreEqual("piece 1", content[0].GetProperty("token").GetString());
        Assert.AreEqual(-0.5, content[0].GetProperty("logprob").GetDouble());
        Assert.AreEqual((int)'p', content[0].GetProperty("bytes")[0].GetInt32());
        Assert.AreEqual(-2.25, content[1].GetProperty("top_logprobs")[1].GetProperty("logprob").GetDouble());
        choice = await ChoiceAsync(serve, "/v1/chat/completions", Ask + ""","logprobs":true}""");
        Assert.AreEqual(
            0, choice.GetProperty("logprobs").GetProperty("content")[0].GetProperty("top_logprobs").GetArrayLength());
        choice = await ChoiceAsync(serve, "/v1/chat/completions", Ask + ""","logprobs":false}""");
        Assert.AreEqual(JsonValueKind.Null, choice.GetProperty("logprobs").ValueKind);
        choice = await ChoiceAsync(serve, "/v1/completions", """{"prompt":"Hi","logprobs":1}""");
        JsonElement rows = choice.GetProperty("logprobs");
        Assert.AreEqual("piece 2", rows.GetProperty("tokens")[1].GetString());
        Assert.AreEqual(-0.5, rows.GetProperty("token_logprobs")[1].GetDouble());
        Assert.AreEqual(-1.25, rows.GetProperty("top_logprobs")[0].GetProperty("other 1").GetDouble());
        Assert.AreEqual(7, rows.GetProperty("text_offset")[1].GetInt32());
    }

    [TestMethod]
    public async Task LogProbabilitiesOfAStream_ComeWithItsEnd()
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=fake", "command=pieces 3 1"], Watchdog);
        string body = Ask + ""","stream":true,"logprobs":true,"top_logprobs":1}""";
        string response = await serve.ExchangeAsync(serve.Post("/v1/chat/completions", body), Watchdog);
        string last = response.Split("data: ")[^2];
        using JsonDocument chunk = JsonDocument.Parse(last[..(last.LastIndexOf('}') + 1)]);
        JsonElement choice = chunk.RootElement.GetProperty("choices")[0];
        Assert.AreEqual("stop", choice.GetProperty("finish_reason").GetString());
        Assert.AreEqual(3, choice.GetProperty("logprobs").GetProperty("content").GetArrayLength());
    }

    [TestMethod]
    public async Task BiasesAndLeastTokens_ReachTheEngine()
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=fake"], Watchdog);
        await ChoiceAsync(serve, "/v1/chat/completions", Ask + ""","logit_bias":{"5":-100},"min_tokens":2}""");
    }

    private async Task<JsonElement> ChoiceAsync(ServeProgram serve, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await serve.Http.PostAsync(path, content, Watchdog);
        string answer = await response.Content.ReadAsStringAsync(Watchdog);
        Assert.AreEqual(200, (int)response.StatusCode, answer);
        return JsonDocument.Parse(answer).RootElement.GetProperty("choices")[0];
    }
}
