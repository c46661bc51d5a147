using System.Text.Json;

namespace LlmBridge.InteropTests;

/// <summary>The engine jsonrpc with a daemon made with StreamJsonRpc, others' implementation of JSON-RPC in
/// .NET.</summary>
[TestClass]
public sealed class StreamJsonRpcTests : BridgeTest
{
    private static string Configuration => new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/')).Parent!.Name;

    private static string[] Command(string framing) =>
    [
        "dotnet",
        Repository.At("interop-tests/LlmBridge.StreamJsonRpcDaemon/bin/"
            + $"{Configuration}/net10.0/LlmBridge.StreamJsonRpcDaemon.dll"),
        framing,
    ];

    private static Task<LlmClient> OpenAsync(string framing = "lines") => LlmClient.OpenAsync(new BridgeOptions
    {
        Engine = LlmEngine.Jsonrpc,
        Command = Command(framing),
        Grace = TimeSpan.FromMilliseconds(500),
    });

    [TestMethod]
    [DataRow("hello")]
    [DataRow("Grüße, 世界 🌍 \"quoted\" \\ \t\n\u2028 \u0001 <&>")]
    public async Task Ask_GetsTheAnswer(string prompt)
    {
        await using LlmClient client = await OpenAsync();
        LlmReply reply = await client.AskAsync(prompt, null, Watchdog);
        Assert.AreEqual(prompt, reply.Text);
        Assert.AreEqual("jsonrpc", reply.Engine);
    }

    [TestMethod]
    public async Task Ask_WithAMebibyte_GetsItWhole()
    {
        await using LlmClient client = await OpenAsync();
        string prompt = string.Concat(Enumerable.Range(0, 1 << 17).Select(i => $"{i % 1000:000} ä😀"));
        Assert.AreEqual(prompt, (await client.AskAsync(prompt, null, Watchdog)).Text);
    }

    [TestMethod]
    public async Task Embed_GetsTheVectors()
    {
        await using LlmClient client = await OpenAsync();
        LlmEmbeddings embeddings = await client.EmbedAsync(["a", "bbb", "世界"], null, Watchdog);
        CollectionAssert.AreEqual(new float[] { 1, 3, 2 }, embeddings.Vectors.Select(vector => vector[0]).ToArray());
    }

    [TestMethod]
    public async Task Invoke_GetsResultsAndErrors()
    {
        await using LlmClient client = await OpenAsync();
        foreach (string parameters in new[] { """{"left":40,"right":2}""", "[40,2]" })
        {
            JsonElement sum = await client.InvokeAsync("add", parameters, cancellationToken: Watchdog);
            Assert.AreEqual(42, sum.GetInt32());
        }
        Assert.Contains("(-32601)", (await FailsAsync(client, "nothing_of_the_kind")).Message);
        LlmException refused = await FailsAsync(client, "refuse");
        Assert.Contains("refused: nö", refused.Message);
        Assert.Contains("(-32050)", refused.Message);
        Assert.Contains("it broke", (await FailsAsync(client, "throw")).Message);
        Assert.AreEqual("still there", (await client.AskAsync("still there", null, Watchdog)).Text);
    }

    [TestMethod]
    public async Task Invoke_OfAMethodThatAsksTheHost_IsAProtocolErrorThatSaysSo()
    {
        await using LlmClient client = await OpenAsync();
        LlmException failure = await FailsAsync(
            LlmStatus.ProtocolError, () => client.InvokeAsync("ask_back", cancellationToken: Watchdog));
        Assert.Contains("a request of its own", failure.Message);
        Assert.Contains("workspace/configuration", failure.Message);
    }

    [TestMethod]
    public async Task Ask_ThatIsCancelled_EndsThoughTheDaemonKnowsNoCancellation()
    {
        await using LlmClient client = await OpenAsync();
        await client.AskAsync("warm", null, Watchdog);
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAsync<OperationCanceledException>(() => client.AskAsync("wait", null, source.Token));
        Assert.AreEqual("next", (await client.AskAsync("next", null, Watchdog)).Text);
    }

    [TestMethod]
    public async Task Ask_WithADaemonThatFramesByHeaders_SaysSo()
    {
        await using LlmClient client = await OpenAsync("headers");
        LlmException failure = await Assert.ThrowsAsync<LlmException>(() => client.AskAsync("hi", null, Watchdog));
        Assert.Contains("Content-Length", failure.Message);
    }

    private async Task<LlmException> FailsAsync(LlmClient client, string method) => await FailsAsync(
        LlmStatus.EngineError, () => client.InvokeAsync(method, cancellationToken: Watchdog));
}
