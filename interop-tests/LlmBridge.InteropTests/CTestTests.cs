using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace LlmBridge.InteropTests;

/// <summary>The native tests, one row each, so that one command runs everything.</summary>
[TestClass]
public sealed class CTestTests
{
    private const string BuildFolder = "build/release";

    private static readonly Lazy<IReadOnlyList<Row>> s_rows = new(List);

    /// <summary>Rows that prepare something for others and have passed: no need to run them again before each of
    /// those.</summary>
    private static readonly HashSet<string> s_prepared = [];

    public TestContext TestContext { get; set; } = null!;

    public static IEnumerable<object[]> Names() => s_rows.Value.Select(r => new object[] { r.Name });

    [TestMethod]
    [DynamicData(nameof(Names))]
    public async Task Native(string name)
    {
        List<string> arguments =
        [
            "--test-dir", Repository.At(BuildFolder), "--output-on-failure", "--no-tests=error", "--timeout", "150",
            "--tests-regex", $"^{Regex.Escape(name)}$",
        ];
        if (s_rows.Value.Where(r => r.Prepares).All(r => s_prepared.Contains(r.Name)))
        {
            arguments.AddRange(["--fixture-exclude-setup", ".*"]);
        }
        ProgramRun run = await ProgramRun.OfAsync("ctest", arguments, TestContext.CancellationToken);
        if (run.Output.Contains("***Skipped", StringComparison.Ordinal)) Assert.Inconclusive(run.Output);
        Assert.AreEqual(0, run.ExitCode, run.Output + run.Errors);
        s_prepared.Add(name);
    }

    [TestMethod]
    public void LlamaEngine_IsBuilt()
    {
        string module = Path.Combine(Repository.Prefix, "lib/llmbridge/llama.so");
        if (!File.Exists(module))
        {
            Assert.Inconclusive($"{module} was not built: llama.cpp was not found, and what needs it was not tested");
        }
    }

    private static Row[] List()
    {
        using Process process =
            ProgramRun.Start("ctest", ["--test-dir", Repository.At(BuildFolder), "--show-only=json-v1"]);
        string listing = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        using JsonDocument document = JsonDocument.Parse(listing);
        return [.. document.RootElement.GetProperty("tests").EnumerateArray().Select(
            t => new Row(t.GetProperty("name").GetString()!, IsSetup(t)))];
    }

    private static bool IsSetup(JsonElement test) =>
        test.TryGetProperty("properties", out JsonElement properties)
        && properties.EnumerateArray().Any(p => p.GetProperty("name").GetString() == "FIXTURES_SETUP");

    private sealed record Row(string Name, bool Prepares);
}
