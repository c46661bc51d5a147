using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using static LlmBridge.InteropTests.Support.RecordedServer;

namespace LlmBridge.InteropTests.Serve;

/// <summary>What the gateway answers, byte by byte.</summary>
[TestClass]
public sealed class ServeAnswerTests : BridgeTest
{
    private const string Ask = """{"messages":[{"role":"user","content":"Hi, h\u00e9!"}]""";

    [TestMethod]
    public async Task Models_AreListed()
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=fake"], Watchdog);
        JsonElement list = await serve.Http.GetFromJsonAsync<JsonElement>("/v1/models", Watchdog);
        JsonElement model = list.GetProperty("data")[0];
        Assert.AreEqual("fake", model.GetProperty("id").GetString());
        JsonElement same = await serve.Http.GetFromJsonAsync<JsonElement>("/v1/models/fake", Watchdog);
        Assert.AreEqual(model.ToString(), same.ToString());
    }

    [TestMethod]
    public async Task AServersModelWithASlashInItsName_IsFoundByIt()
    {
        using var server = new RecordedServer(_ => Stream(Piece("{}"), Finish(), "[DONE]"), "vllm");
        await using ServeProgram serve = await ServeProgram.StartAsync(
            ["engine=http", "url=" + server.Url, "model=meta-llama/Llama-3.1-8B"], Watchdog);
        Assert.AreEqual("meta-llama/Llama-3.1-8B", serve.Model);
        foreach (string name in (string[])["meta-llama/Llama-3.1-8B", "meta-llama%2FLlama-3.1-8B"])
        {
            JsonElement model = await serve.Http.GetFromJsonAsync<JsonElement>("/v1/models/" + name, Watchdog);
            Assert.AreEqual("meta-llama/Llama-3.1-8B", model.GetProperty("id").GetString());
        }
    }

    [TestMethod]
    public async Task AQuestion_IsAnsweredWhole()
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=fake"], Watchdog);
        JsonElement answer = await PostAsync(serve, "/v1/chat/completions", Ask + ",\"model\":\"fake\"}", 200);
        Assert.AreEqual("chat.completion", answer.GetProperty("object").GetString());
        JsonElement choice = answer.GetProperty("choices")[0];
        Assert.AreEqual("Hi, hé!", choice.GetProperty("message").GetProperty("content").GetString());
        Assert.AreEqual("stop", choice.GetProperty("finish_reason").GetString());
        JsonElement usage = answer.GetProperty("usage");
        long tokens =
            usage.GetProperty("prompt_tokens").GetInt64() + usage.GetProperty("completion_tokens").GetInt64();
        Assert.AreEqual(tokens, usage.GetProperty("total_tokens").GetInt64());
    }

    [TestMethod]
    public async Task AStream_HasOneEventAPieceAndOneEnd()
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=fake", "command=pieces 3 5"], Watchdog);
        string body = Ask + ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}";
        string response = await serve.ExchangeAsync(serve.Post("/v1/chat/completions", body), Watchdog);
        StringAssert.StartsWith(response, "HTTP/1.1 200 OK\r\n");
        StringAssert.Contains(response, "Content-Type: text/event-stream\r\n");
        string[] events = EventsOf(response);
        Assert.AreEqual("[DONE]", events[^1]);
        JsonElement[] chunks = [.. events[..^1].Select(text => JsonDocument.Parse(text).RootElement)];
        Assert.AreEqual(1, chunks.Select(chunk => chunk.GetProperty("id").GetString()).Distinct().Count());
        JsonElement[] choices = [.. chunks[..^1].Select(chunk => chunk.GetProperty("choices")[0])];
        Assert.AreEqual("assistant", choices[0].GetProperty("delta").GetProperty("role").GetString());
        string text = string.Concat(
            choices[..^1].Select(choice => choice.GetProperty("delta").GetProperty("content").GetString()));
        Assert.IsTrue(choices.Length > 2 && text.Length > 0, response);
        Assert.AreEqual("stop", choices[^1].GetProperty("finish_reason").GetString());
        Assert.AreEqual(0, chunks[^1].GetProperty("choices").GetArrayLength());
        Assert.IsTrue(chunks[^1].GetProperty("usage").GetProperty("completion_tokens").GetInt64() > 0);
        JsonElement whole = await PostAsync(serve, "/v1/chat/completions", Ask + "}", 200);
        Assert.AreEqual(
            text, whole.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
    }

    [TestMethod]
    public async Task AnAnswerThatFailsInItsMiddle_EndsWithOneErrorAndNothingElse()
    {
        using var server = new RecordedServer(
            _ => new Reply(Head("text/event-stream") + Events(Piece("a"), Piece("b"))));
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=http", "url=" + server.Url], Watchdog);
        string response = await serve.ExchangeAsync(
            serve.Post("/v1/chat/completions", Ask + ",\"stream\":true}"), Watchdog);
        string[] events = EventsOf(response);
        JsonElement error = JsonDocument.Parse(events[^1]).RootElement.GetProperty("error");
        Assert.AreEqual("engine_crashed", error.GetProperty("code").GetString());
        Assert.AreEqual("generate", error.GetProperty("llmbridge").GetProperty("phase").GetString());
        Assert.IsFalse(response.Contains("[DONE]", StringComparison.Ordinal), response);
        Assert.AreEqual(1, events.Count(text => text.Contains("\"error\"", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task ARequest_SaysHowItsAnswerIsMade()
    {
        using var server = new RecordedServer(_ => Stream(Piece("{}"), Finish(), "[DONE]"), "vllm");
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=http", "url=" + server.Url], Watchdog);
        await PostAsync(
            serve, "/v1/chat/completions",
            """
            {"messages":[{"role":"developer","content":"Be brief."},
            {"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}],
            "max_completion_tokens":9,"temperature":0.5,"seed":-1,"stop":["x","y"],
            "top_k":5,"n":1,"tools":[],"logprobs":false,"user":"somebody","response_format":
            {"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{"type":"object"}}}}
            """,
            200);
        JsonElement asked = JsonDocument.Parse(server.Asked.Single().Body).RootElement;
        Assert.AreEqual("Be brief.", asked.GetProperty("messages")[0].GetProperty("content").GetString());
        Assert.AreEqual("ab", asked.GetProperty("messages")[1].GetProperty("content").GetString());
        Assert.AreEqual(9, asked.GetProperty("max_tokens").GetInt32());
        Assert.AreEqual(0.5, asked.GetProperty("temperature").GetDouble());
        Assert.AreEqual(uint.MaxValue, asked.GetProperty("seed").GetInt64());
        Assert.AreEqual("y", asked.GetProperty("stop")[1].GetString());
        Assert.AreEqual(5, asked.GetProperty("top_k").GetInt32());
        Assert.AreEqual("json_schema", asked.GetProperty("response_format").GetProperty("type").GetString());
    }

    [TestMethod]
    public async Task AnAnswerThatDoesNotKeepItsSchema_IsNoAnswer()
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=fake"], Watchdog);
        const string Format = """
            ,"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"integer"}}}}
            """;
        JsonElement good = await PostAsync(
            serve, "/v1/chat/completions", """{"messages":[{"role":"user","content":"17"}]""" + Format, 200);
        Assert.AreEqual("17", good.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        JsonElement bad = await PostAsync(serve, "/v1/chat/completions", Ask + Format, 500);
        Assert.AreEqual("output_invalid", bad.GetProperty("error").GetProperty("code").GetString());
        bad = await PostAsync(
            serve, "/v1/chat/completions", Ask + ""","response_format":{"type":"json_object"}}""", 500);
        Assert.AreEqual("output_invalid", bad.GetProperty("error").GetProperty("code").GetString());
    }

    [TestMethod]
    public async Task APlainCompletion_IsAnswered()
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=fake"], Watchdog);
        JsonElement answer = await PostAsync(serve, "/v1/completions", """{"prompt":"once upon"}""", 200);
        Assert.AreEqual("text_completion", answer.GetProperty("object").GetString());
        Assert.AreEqual("once upon", answer.GetProperty("choices")[0].GetProperty("text").GetString());
        string response = await serve.ExchangeAsync(
            serve.Post("/v1/completions", """{"prompt":"once","stream":true}"""), Watchdog);
        StringAssert.EndsWith(response, "data: [DONE]\n\n\r\n0\r\n\r\n");
    }

    [TestMethod]
    public async Task Embeddings_AreTheSameAsNumbersAndAsBase64()
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=hash"], Watchdog);
        JsonElement numbers = await PostAsync(serve, "/v1/embeddings", """{"input":["a cat","a dog"]}""", 200);
        JsonElement coded = await PostAsync(
            serve, "/v1/embeddings", """{"input":["a cat","a dog"],"encoding_format":"base64"}""", 200);
        for (int i = 0; i < 2; i++)
        {
            byte[] bytes = coded.GetProperty("data")[i].GetProperty("embedding").GetBytesFromBase64();
            float[] expected = [.. numbers.GetProperty("data")[i].GetProperty("embedding").EnumerateArray()
                .Select(number => number.GetSingle())];
            float[] decoded =
                [.. Enumerable.Range(0, bytes.Length / 4).Select(place => BitConverter.ToSingle(bytes, place * 4))];
            CollectionAssert.AreEqual(expected, decoded);
            Assert.AreEqual(i, numbers.GetProperty("data")[i].GetProperty("index").GetInt32());
        }
    }

    /// <summary>The body of a response in chunks.</summary>
    internal static string BodyOf(string response)
    {
        string body = response[(response.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        var whole = new StringBuilder();
        while (body.Length > 0)
        {
            int end = body.IndexOf("\r\n", StringComparison.Ordinal);
            int size = Convert.ToInt32(body[..end], 16);
            whole.Append(body.AsSpan(end + 2, size)); // sizes are bytes: these tests' events are ASCII
            body = body[(end + 4 + size)..];
        }
        return whole.ToString();
    }

    /// <summary>The events of a response in chunks.</summary>
    internal static string[] EventsOf(string response)
    {
        string[] parts = BodyOf(response).Split("\n\n");
        Assert.AreEqual("", parts[^1], "an event is not whole");
        return [.. parts[..^1].Select(part => part["data: ".Length..])];
    }

    private Task<JsonElement> PostAsync(ServeProgram serve, string path, string body, int status) =>
        serve.PostAsync(path, body, status, Watchdog);
}
