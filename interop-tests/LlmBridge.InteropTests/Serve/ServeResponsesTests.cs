using System.Net;
using System.Text.Json;

namespace LlmBridge.InteropTests.Serve;

/// <summary>OpenAI's Responses API at the gateway.</summary>
[TestClass]
public sealed class ServeResponsesTests : BridgeTest
{
    private const string Responses = "/v1/responses";

    [TestMethod]
    public async Task AResponse_GoesOnFromAnEarlierOneAlsoInAnotherGateway()
    {
        using var folder = new TemporaryFolder();
        string[] settings = ["engine=fake", "session_dir=" + folder.Path];
        string first;
        await using (ServeProgram serve = await ServeProgram.StartAsync(settings, Watchdog))
        {
            JsonElement one = await serve.PostAsync(
                Responses, """{"input":"My name is Ada.","instructions":"Be brief."}""", 200, Watchdog);
            Assert.AreEqual("completed", one.GetProperty("status").GetString());
            first = one.GetProperty("id").GetString()!;
        }
        await using (ServeProgram serve = await ServeProgram.StartAsync(settings, Watchdog))
        {
            // Two go on from the same one, and know nothing of each other.
            foreach (string said in (string[])["Who am I?", "Where am I?"])
            {
                JsonElement next = await serve.PostAsync(
                    Responses, $$"""{"input":"{{said}}","previous_response_id":"{{first}}"}""", 200, Watchdog);
                Assert.AreEqual(first, next.GetProperty("previous_response_id").GetString());
                JsonElement seen = JsonDocument.Parse(TextOf(next)).RootElement; // the fake engine's echo
                string[] texts = [.. seen.EnumerateArray().Select(m => m.GetProperty("content").GetString()!)];
                Assert.HasCount(3, texts);
                Assert.AreEqual("My name is Ada.", texts[0]);
                Assert.AreEqual(said, texts[2]);
            }
            JsonElement found = await GetAsync(serve, $"{Responses}/{first}");
            StringAssert.Contains(TextOf(found), "Ada");
            using HttpResponseMessage deleted =
                await serve.Http.DeleteAsync(new Uri($"{Responses}/{first}", UriKind.Relative), Watchdog);
            Assert.AreEqual(HttpStatusCode.OK, deleted.StatusCode);
            JsonElement refused = await serve.PostAsync(
                Responses, $$"""{"input":"?","previous_response_id":"{{first}}"}""", 400, Watchdog);
            Assert.AreEqual(
                "previous_response_not_found", refused.GetProperty("error").GetProperty("code").GetString());
        }
    }

    [TestMethod]
    public async Task AResponseThatIsNotStored_LeavesNothing()
    {
        using var folder = new TemporaryFolder();
        await using ServeProgram serve = await ServeProgram.StartAsync(
            ["engine=fake", "session_dir=" + folder.Path], Watchdog);
        JsonElement answer = await serve.PostAsync(Responses, """{"input":"hello","store":false}""", 200, Watchdog);
        Assert.AreEqual("hello", TextOf(answer));
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public async Task AStream_HasItsEventsInOrderAndOneEnd()
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=fake", "command=pieces 3 5"], Watchdog);
        const string Body = """{"input":"hello","stream":true,"store":false}""";
        string response = await serve.ExchangeAsync(serve.Post(Responses, Body), Watchdog);
        (string Name, JsonElement Data)[] events = ServeEvents.Of(response);
        Assert.AreEqual(
            "response.created response.in_progress response.output_item.added response.content_part.added "
            + "response.output_text.delta response.output_text.done response.content_part.done "
            + "response.output_item.done response.completed",
            string.Join(' ', events.Select(one => one.Name).Distinct()));
        CollectionAssert.AreEqual(
            Enumerable.Range(0, events.Length).ToArray(),
            events.Select(one => one.Data.GetProperty("sequence_number").GetInt32()).ToArray());
        string text = string.Concat(events.Where(one => one.Name == "response.output_text.delta")
            .Select(one => one.Data.GetProperty("delta").GetString()));
        JsonElement whole = events[^1].Data.GetProperty("response");
        Assert.AreEqual(text, TextOf(whole));
        Assert.IsGreaterThan(0, whole.GetProperty("usage").GetProperty("output_tokens").GetInt64());
    }

    /// <summary>Sessions of llmbridge that are no responses are not read by this way, nor files by any.</summary>
    [TestMethod]
    [DataRow("work")]
    [DataRow("resp_../../../../../../etc/passwd0000000")]
    [DataRow("resp_00000000000000000000000000000000")]
    public async Task WhatIsNoResponse_IsNotFound(string id)
    {
        using var folder = new TemporaryFolder();
        await using ServeProgram serve = await ServeProgram.StartAsync(
            ["engine=fake", "session_dir=" + folder.Path], Watchdog);
        await serve.PostAsync(
            "/v1/chat/completions", """{"session":"work","messages":[{"role":"user","content":"a secret"}]}""", 200,
            Watchdog);
        JsonElement refused = await serve.PostAsync(
            Responses, $$"""{"input":"?","previous_response_id":"{{id}}"}""", 400, Watchdog);
        Assert.AreEqual("previous_response_not_found", refused.GetProperty("error").GetProperty("code").GetString());
    }

    [TestMethod]
    public async Task ASession_GoesOnAndIsListedReadAndDeleted()
    {
        using var folder = new TemporaryFolder();
        await using ServeProgram serve = await ServeProgram.StartAsync(
            ["engine=fake", "session_dir=" + folder.Path], Watchdog);
        foreach (string said in (string[])["one", "two"])
        {
            await serve.PostAsync(
                "/v1/chat/completions",
                $$"""{"session":"work","messages":[{"role":"user","content":"{{said}}"}]}""", 200, Watchdog);
        }
        JsonElement list = await GetAsync(serve, "/v1/sessions");
        Assert.AreEqual("work", list.GetProperty("data")[0].GetProperty("name").GetString());
        JsonElement session = await GetAsync(serve, "/v1/sessions/work");
        Assert.AreEqual(4, session.GetProperty("messages").GetArrayLength());
        using HttpResponseMessage deleted =
            await serve.Http.DeleteAsync(new Uri("/v1/sessions/work", UriKind.Relative), Watchdog);
        Assert.AreEqual(HttpStatusCode.OK, deleted.StatusCode);
        using HttpResponseMessage gone = await serve.Http.GetAsync("/v1/sessions/work", Watchdog);
        Assert.AreEqual(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [TestMethod]
    public async Task Metrics_AreToldInPrometheusForm()
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=fake"], Watchdog);
        await serve.PostAsync(Responses, """{"input":"hello","store":false}""", 200, Watchdog);
        string text = await serve.Http.GetStringAsync("/metrics", Watchdog);
        StringAssert.Contains(text, "# TYPE gen_ai_client_operation_duration_seconds histogram");
        StringAssert.Contains(text, "gen_ai_client_operation_duration_seconds_count{");
        using var stranger = new HttpClient { BaseAddress = serve.Url };
        using HttpResponseMessage refused = await stranger.GetAsync("/metrics", Watchdog);
        Assert.AreEqual(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    private async Task<JsonElement> GetAsync(ServeProgram serve, string path) =>
        JsonDocument.Parse(await serve.Http.GetStringAsync(path, Watchdog)).RootElement;

    private static string TextOf(JsonElement response) =>
        response.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString()!;
}
