using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace LlmBridge.InteropTests.Serve;

/// <summary>The page at /, the command that starts the gateway, and the example that stands in docs/serve.md.</summary>
[TestClass]
public sealed partial class ServePageTests : BridgeTest
{
    [TestMethod]
    public async Task ThePage_MayRunItsOwnScriptAndNothingElse()
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=fake"], Watchdog);
        using var stranger = new HttpClient { BaseAddress = serve.Url };
        using HttpResponseMessage response = await stranger.GetAsync("/", Watchdog);
        string page = await response.Content.ReadAsStringAsync(Watchdog);
        string policy = response.Headers.GetValues("Content-Security-Policy").Single();
        StringAssert.Contains(policy, "default-src 'none'");
        StringAssert.Contains(policy, "frame-ancestors 'none'");
        Assert.IsFalse(policy.Contains("unsafe", StringComparison.Ordinal), policy);
        foreach (string element in (string[])["script", "style"])
        {
            Match match = Regex.Match(page, $"<{element}>(.*?)</{element}>", RegexOptions.Singleline);
            string hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(match.Groups[1].Value)));
            StringAssert.Contains(policy, $"{element}-src 'sha256-{hash}'");
        }
        Assert.IsFalse(page.Contains("http://", StringComparison.Ordinal), "the page asks nobody else");
        Assert.IsFalse(page.Contains(serve.Key, StringComparison.Ordinal));
    }

    [TestMethod]
    public async Task TheExample_RunsAsItStands()
    {
        TestModel.RequireLlama();
        if (!File.Exists("/usr/bin/curl")) Assert.Inconclusive("curl is not installed (Debian package curl)");
        string text = await File.ReadAllTextAsync(Repository.At("docs/serve.md"), Watchdog);
        Match example = Example().Match(text);
        string port = FreePort().ToString(CultureInfo.InvariantCulture);
        using var folder = new TemporaryFolder();
        var marked = new MarkedRun();
        string script = $"cd {folder.Path}\n{example.Groups["code"].Value}".Replace(
            "8080", port, StringComparison.Ordinal);
        string path = Repository.At("artifacts/bin") + ":/usr/bin:/bin";
        ProgramRun run = await ProgramRun.OfAsync(
            "sh", ["-c", script], Watchdog,
            environment: new Dictionary<string, string>([marked.Mark, new("PATH", path)]));
        Assert.AreEqual(example.Groups["output"].Value, run.Output, run.Errors);
        marked.AwaitNothingLeft();
    }

    [TestMethod]
    public async Task ACommandThatIsKilled_TakesItsGatewayWithIt()
    {
        var marked = new MarkedRun();
        using System.Diagnostics.Process command = ProgramRun.Start(
            Repository.CommandLine, ["serve", "--engine", "fake", "--port", "0"],
            new Dictionary<string, string>([marked.Mark]));
        StringAssert.StartsWith(await command.StandardOutput.ReadLineAsync(Watchdog), "llmbridge serves fake at ");
        command.Kill();
        await command.WaitForExitAsync(Watchdog);
        marked.AwaitNothingLeft();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex("```sh\\n# example: serve\\n(?<code>.*?)```\\n\\n```output\\n(?<output>.*?)```",
        RegexOptions.Singleline)]
    private static partial Regex Example();
}
