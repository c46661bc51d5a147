using System.Text.RegularExpressions;

namespace LlmBridge.InteropTests.Mcp;

/// <summary>The example that stands in docs/mcp.md.</summary>
[TestClass]
public sealed partial class McpPageTests : BridgeTest
{
    [TestMethod]
    public async Task TheExample_RunsAsItStands()
    {
        TestModel.RequireLlama();
        Match example = Example().Match(await File.ReadAllTextAsync(Repository.At("docs/mcp.md"), Watchdog));
        using var folder = new TemporaryFolder();
        var marked = new MarkedRun();
        await File.WriteAllTextAsync(folder.At("client.py"), example.Groups["code"].Value, Watchdog);
        string path = Repository.At("artifacts/bin") + ":" + Environment.GetEnvironmentVariable("PATH");
        ProgramRun run = await ProgramRun.OfAsync(
            "python3", ["-B", folder.At("client.py")], Watchdog,
            environment: new Dictionary<string, string>(
                [marked.Mark, new("PATH", path), new("LLMBRIDGE_ISOLATION", "pool")]));
        Assert.AreEqual(example.Groups["output"].Value, run.Output, run.Errors);
        marked.AwaitNothingLeft();
    }

    [GeneratedRegex("```python\\n# example: mcp\\n(?<code>.*?)```\\n\\n```output\\n(?<output>.*?)```",
        RegexOptions.Singleline)]
    private static partial Regex Example();
}
