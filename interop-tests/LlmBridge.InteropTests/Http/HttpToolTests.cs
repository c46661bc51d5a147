using static LlmBridge.InteropTests.Support.RecordedServer;

namespace LlmBridge.InteropTests.Http;

/// <summary>How servers in the field tell calls of tools, and what becomes of them.</summary>
[TestClass]
public sealed class HttpToolTests : HttpTest
{
    private const string Rome = """{"city":"Rome"}""";

    private static readonly CallOptions s_options = new()
    {
        Tools = LlmTool.Json(
            new LlmTool("weather", null, """{"properties":{"city":{"type":"string"}}}"""), new LlmTool("add")),
        SchemaRetries = 0,
    };

    /// <summary>Name, events, and the calls: id, name and arguments, parted by blanks.</summary>
    public static IEnumerable<object[]> Deltas() =>
    [
        [
            "by index, in parts",
            Calls(
                """{"index":0,"id":"a","function":{"name":"weather","arguments":""}}""",
                """{"index":0,"function":{"arguments":"{\"city\":"}}""",
                """{"index":0,"function":{"arguments":"\"Rome\"}"}}"""),
            "a weather " + Rome
        ],
        [
            "two at once",
            Calls(
                """{"index":0,"id":"a","function":{"name":"weather","arguments":"{\"city\""}},"""
                    + """{"index":1,"id":"b","function":{"name":"add","arguments":"{}"}}""",
                """{"index":0,"function":{"arguments":":\"Rome\"}"}}"""),
            "a weather " + Rome + " b add {}"
        ],
        [
            "no index, by id",
            Calls(
                """{"id":"a","function":{"name":"weather","arguments":"{\"city\":"}}""",
                """{"id":"b","function":{"name":"add","arguments":"{}"}}""",
                """{"id":"a","function":{"arguments":"\"Rome\"}"}}"""),
            "a weather " + Rome + " b add {}"
        ],
        [
            "always index 0",
            Calls(
                """{"index":0,"id":"a","function":{"name":"weather","arguments":"{\"city\":\"Rome\"}"}}""",
                """{"index":0,"id":"b","function":{"name":"add","arguments":"{}"}}"""),
            "a weather " + Rome + " b add {}"
        ],
        [
            "the name again, and an empty one",
            Calls(
                """{"index":0,"id":"a","function":{"name":"weather","arguments":"{\"city\":"}}""",
                """{"index":0,"id":"a","function":{"name":"weather","arguments":"\"Ro"}}""",
                """{"index":0,"id":"","function":{"name":"","arguments":"me\"}"}}"""),
            "a weather " + Rome
        ],
        [
            "no id, arguments as an object",
            Calls("""{"function":{"name":"weather","arguments":{"city":"Rome"}}}"""), "call_1 weather " + Rome
        ],
        ["no arguments", Calls("""{"index":0,"id":"a","function":{"name":"add"}}"""), "a add {}"],
    ];

    [TestMethod]
    [DynamicData(nameof(Deltas))]
    public async Task Calls_ArePutTogether(string what, string[] events, string expected)
    {
        _ = what;
        foreach (string reason in (string[])["tool_calls", "stop"])
        {
            using var server = new RecordedServer(_ => Stream([.. events, Finish(reason), "[DONE]"]));
            await using LlmClient client = await OpenHttpAsync(server.Url);
            LlmReply reply = await client.AskAsync("?", s_options, Watchdog);
            Assert.AreEqual(
                expected,
                string.Join(' ', reply.ToolCalls.Select(call => $"{call.Id} {call.Name} {call.ArgumentsJson}")));
            Assert.AreEqual(LlmFinishReason.ToolCalls, reply.FinishReason);
            Assert.AreEqual("Hm", reply.Reasoning);
        }
    }

    [TestMethod]
    [DataRow("""{"index":0,"id":"a","function":{"name":"weather","arguments":"{\"city\":7}"}}""", "/city")]
    [DataRow("""{"index":0,"id":"a","function":{"name":"weather","arguments":"{\"city\":"}}""", "no JSON object")]
    [DataRow("""{"index":0,"id":"a","function":{"arguments":"{}"}}""", "without a name")]
    [DataRow("""{"index":0,"id":"a","function":{"name":"remove","arguments":"{}"}}""", "remove")]
    public async Task CallsThatAreNone_AreErrors(string call, string words)
    {
        using var server = new RecordedServer(_ => Stream([.. Calls(call), Finish("tool_calls"), "[DONE]"]));
        await using LlmClient client = await OpenHttpAsync(server.Url);
        LlmException failure =
            await FailsAsync(LlmStatus.OutputInvalid, () => client.AskAsync("?", s_options, Watchdog));
        StringAssert.Contains(failure.Message, words);
    }

    [TestMethod]
    public async Task ACallWithoutTools_IsUnsupported()
    {
        using var server = new RecordedServer(_ => Stream(Finish("tool_calls"), "[DONE]"));
        await using LlmClient client = await OpenHttpAsync(server.Url);
        await FailsAsync(LlmStatus.Unsupported, () => client.AskAsync("?", null, Watchdog));
    }

    private static string[] Calls(params string[] calls) =>
    [
        """{"choices":[{"delta":{"reasoning_content":"Hm"}}]}""",
        .. calls.Select(call => "{\"choices\":[{\"delta\":{\"tool_calls\":[" + call + "]}}]}"),
    ];
}
