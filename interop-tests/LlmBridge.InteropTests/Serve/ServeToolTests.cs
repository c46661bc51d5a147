using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace LlmBridge.InteropTests.Serve;

/// <summary>Tools and reasoning as the gateway tells them.</summary>
[TestClass]
public sealed class ServeToolTests : BridgeTest
{
    private const string Ask =
        """
        {"messages":[{"role":"user","content":"Weather?"}],"tools":[{"type":"function","function":{"name":"weather",
        "parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}}]
        """;

    private const string Script = """command=reason Hm.; say So:; tool weather {"city":"Rome"}""";
    private const string Called = "\"id\":\"call_1\",\"type\":\"function\",\"function\":"
        + """{"name":"weather","arguments":"{\"city\":\"Rome\"}"}}]""";

    [TestMethod]
    public async Task AnAnswer_HasTheCalls()
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=fake", Script], Watchdog);
        JsonElement answer = await PostAsync(serve, Ask + ",\"tool_choice\":\"required\"}", 200);
        JsonElement choice = answer.GetProperty("choices")[0];
        Assert.AreEqual("tool_calls", choice.GetProperty("finish_reason").GetString());
        JsonElement message = choice.GetProperty("message");
        Assert.AreEqual("So:", message.GetProperty("content").GetString());
        Assert.AreEqual("Hm.", message.GetProperty("reasoning_content").GetString());
        Assert.AreEqual("[{" + Called, Plain(message.GetProperty("tool_calls")));
    }

    [TestMethod]
    public async Task AStream_HasEachCallWholeAndOneEnd()
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=fake", Script], Watchdog);
        string response = await serve.ExchangeAsync(
            serve.Post("/v1/chat/completions", Ask + ",\"stream\":true}"), Watchdog);
        JsonElement[] choices = [.. response.Split('\n')
            .Where(line => line.StartsWith("data: {", StringComparison.Ordinal))
            .Select(line => JsonDocument.Parse(line["data: ".Length..].Trim()).RootElement.GetProperty("choices")[0])];
        Assert.AreEqual("tool_calls", choices[^1].GetProperty("finish_reason").GetString());
        JsonElement delta = choices[^2].GetProperty("delta");
        Assert.AreEqual("Hm.", delta.GetProperty("reasoning_content").GetString());
        Assert.AreEqual("[{\"index\":0," + Called, Plain(delta.GetProperty("tool_calls")));
        Assert.IsTrue(choices[..^1].All(choice => choice.GetProperty("finish_reason").ValueKind == JsonValueKind.Null));
    }

    [TestMethod]
    [DataRow(",\"tool_choice\":\"none\"}", 500)]
    [DataRow(",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"other\"}}}", 400)]
    public async Task WhatMayNotBe_IsAnError(string end, int status)
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=fake", Script], Watchdog);
        await PostAsync(serve, Ask + end, status);
    }

    private static string Plain(JsonElement calls) =>
        calls.GetRawText().Replace("\\u0022", "\\\"", StringComparison.Ordinal);

    private async Task<JsonElement> PostAsync(ServeProgram serve, string body, int status)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response =
            await serve.Http.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), content, Watchdog);
        Assert.AreEqual(status, (int)response.StatusCode, await response.Content.ReadAsStringAsync(Watchdog));
        return await response.Content.ReadFromJsonAsync<JsonElement>(Watchdog);
    }
}
