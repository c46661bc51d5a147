using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace LlmBridge.InteropTests;

/// <summary>The native tests, one row each, so that one command runs everything.</summary>
[TestClass]
public sealed class CTestTests
{
    private const string BuildFolder = "build/release";

    public TestContext TestContext { get; set; } = null!;

    public static IEnumerable<object[]> Names()
    {
        using Process process = ProgramRun.Start("ctest", ["--test-dir", Repository.At(BuildFolder), "--show-only=json-v1"]);
        string listing = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        using JsonDocument document = JsonDocument.Parse(listing);
        return [.. document.RootElement.GetProperty("tests").EnumerateArray().Select(t => new object[] { t.GetProperty("name").GetString()! })];
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public async Task Native(string name)
    {
        ProgramRun run = await ProgramRun.OfAsync(
            "ctest",
            ["--test-dir", Repository.At(BuildFolder), "--output-on-failure", "--no-tests=error", "--timeout", "150", "--tests-regex", $"^{Regex.Escape(name)}$"],
            TestContext.CancellationToken);
        if (run.Output.Contains("***Skipped", StringComparison.Ordinal)) Assert.Inconclusive(run.Output);
        Assert.AreEqual(0, run.ExitCode, run.Output + run.Errors);
    }

    [TestMethod]
    public void LlamaEngine_IsBuilt()
    {
        string module = Path.Combine(Repository.Prefix, "lib/llmbridge/llama.so");
        if (!File.Exists(module)) Assert.Inconclusive($"{module} was not built: llama.cpp was not found, and what needs it was not tested");
    }
}
