using static LlmBridge.InteropTests.Support.RecordedServer;

namespace LlmBridge.InteropTests.Http;

/// <summary>Proxies of Debian's between the engine and a server, and what doctor says of servers.</summary>
[TestClass]
public sealed class HttpProxyTests : HttpTest
{
    private const int Words = 12;

    [TestMethod]
    public async Task AProxyThatTheHostNames_IsUsed()
    {
        using ProxyProgram proxy = ProxyProgram.Tinyproxy();
        using var server = new RecordedServer(_ => Stream(Piece("a"), Finish(), "[DONE]"));
        Assert.AreEqual("a", await AskAsync(server.Url, ("HTTP_PROXY", proxy.Url)));
        StringAssert.Contains(server.Asked.Single().Headers["Via"], "tinyproxy");
    }

    [TestMethod]
    public async Task AHostThatIsNotToBeProxied_IsAskedDirectly()
    {
        using ProxyProgram proxy = ProxyProgram.Tinyproxy();
        using var server = new RecordedServer(_ => Stream(Piece("a"), Finish(), "[DONE]"));
        Assert.AreEqual("a", await AskAsync(server.Url, ("HTTP_PROXY", proxy.Url), ("NO_PROXY", "localhost")));
        Assert.IsFalse(server.Asked.Single().Headers.ContainsKey("Via"));
    }

    [TestMethod]
    public async Task ASecureServer_IsReachedThroughAProxysTunnel()
    {
        using ProxyProgram proxy = ProxyProgram.Tinyproxy();
        using var folder = new TemporaryFolder();
        using var certificate = TestCertificate.Make(folder.At("ca.pem"));
        using var server =
            new RecordedServer(_ => Stream(Piece("a"), Finish(), "[DONE]"), certificate: certificate);
        ProgramRun run = await RunAsync(
            ["ask", "?", "--set", "tls_ca_file=" + folder.At("ca.pem")], server.Url, ("HTTPS_PROXY", proxy.Url));
        Assert.AreEqual(0, run.ExitCode, run.Errors);
        StringAssert.Contains(proxy.Log, "CONNECT " + server.Url["https://".Length..]);
    }

    [TestMethod]
    public async Task AProxyThatIsNotThere_IsToldAsSuch()
    {
        using var server = new RecordedServer(_ => Stream(Piece("a"), Finish(), "[DONE]"));
        ProgramRun run = await RunAsync(
            ["ask", "?", "--set", "retries=0"], server.Url, ("HTTP_PROXY", "http://localhost:1"));
        Assert.AreEqual(10 + (int)LlmStatus.Unavailable, run.ExitCode, run.Errors);
        Assert.IsTrue(server.Requests.IsEmpty);
    }

    [TestMethod]
    public async Task Doctor_TellsWhatAServerIsAndHowItsPiecesCome()
    {
        // Slow enough that a process that waits for a processor still reads them one by one.
        using var server = new RecordedServer(_ => Slowly(150), "vllm");
        ProgramRun run = await RunAsync(["doctor"], server.Url);
        Assert.AreEqual(0, run.ExitCode, run.Output + run.Errors);
        Assert.Contains($"\nok   server {server.Url}: vllm at {server.Url}/v1, model served\n", run.Output);
        Assert.Contains($"\nok   pieces: {Words} in ", run.Output);
    }

    [TestMethod]
    public async Task Doctor_WarnsOfAProxyThatHoldsPiecesBack()
    {
        using var server = new RecordedServer(_ => Slowly(20));
        using ProxyProgram proxy = ProxyProgram.Nginx(server.Url);
        ProgramRun run = await RunAsync(["doctor"], proxy.Url);
        Assert.AreEqual(0, run.ExitCode, run.Output + run.Errors);
        Assert.Contains($"\nwarn pieces: {Words} in ", run.Output);
        Assert.Contains("proxy_buffering", run.Output);
        string expected = string.Concat(Enumerable.Repeat("a", Words));
        Assert.AreEqual(expected, await AskAsync(proxy.Url), "an answer that was held back is whole");
    }

    [TestMethod]
    public async Task Doctor_NamesAServerThatCannotBeReached()
    {
        string url;
        using (var gone = new RecordedServer(_ => Slowly(20))) url = gone.Url;
        ProgramRun run = await RunAsync(["doctor", "--set", "retries=0"], url);
        Assert.AreNotEqual(0, run.ExitCode);
        Assert.Contains($"FAIL server {url}: ", run.Output);
    }

    private static Reply Slowly(int gapMs)
    {
        var reply = new Reply(Head("text/event-stream"));
        for (int i = 0; i < Words; i++)
        {
            reply = reply.Then(cancelled => Task.Delay(gapMs, cancelled), Events(Piece("a")));
        }
        return reply.Then(cancelled => Task.Delay(gapMs, cancelled), Events(Finish(), "[DONE]"));
    }

    private async Task<string> AskAsync(string url, params (string Name, string Value)[] environment)
    {
        ProgramRun run = await RunAsync(["ask", "?"], url, environment);
        Assert.AreEqual(0, run.ExitCode, run.Errors);
        return run.Output.TrimEnd('\n');
    }

    private Task<ProgramRun> RunAsync(
        string[] arguments, string url, params (string Name, string Value)[] environment) =>
        ProgramRun.OfAsync(
            Repository.CommandLine, [.. arguments, "--engine", "http", "--set", "url=" + url], Watchdog,
            environment: environment.ToDictionary(pair => pair.Name, pair => pair.Value));
}
