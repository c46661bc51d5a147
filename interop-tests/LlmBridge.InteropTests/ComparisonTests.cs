using System.Text.Json;
using System.Xml.Linq;

namespace LlmBridge.InteropTests;

/// <summary>The runner that compares this library with other ways, with this library alone and a small model.</summary>
[TestClass]
public sealed class ComparisonTests
{
    private static readonly string[] s_metrics =
    [
        "one_token_tiny", "one_token", "tokens_1", "tokens_8", "embed_1", "embed_64", "cold_start_tiny", "cold_start",
        "recover_tiny", "recover",
    ];

    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Watchdog => TestContext.CancellationToken;

    [TestMethod]
    public async Task Compare_OfThisLibrary_HasEveryFigureAndDrawsIt()
    {
        TestModel.RequireLlama();
        using var folder = new TemporaryFolder();
        string program = Path.Combine(AppContext.BaseDirectory, "LlmBridge.Comparison.dll");
        ProgramRun run = await ProgramRun.OfAsync(
            "dotnet",
            [
                program, "--quick", "--only", "bridge", "--threads", "1", "--model", TestModel.Make("random"), "--out",
                folder.Path,
            ],
            Watchdog);
        Assert.AreEqual(0, run.ExitCode, run.Errors);

        string result = Directory.GetFiles(folder.Path, "comparison-*.json").Single();
        using JsonDocument json = JsonDocument.Parse(await File.ReadAllTextAsync(result, Watchdog));
        JsonElement[] figures = [.. json.RootElement.GetProperty("figures").EnumerateArray()];
        CollectionAssert.AreEquivalent(
            s_metrics, figures.Select(figure => figure.GetProperty("metric").GetString()).ToArray());
        Assert.IsTrue(figures.All(figure => figure.GetProperty("median").GetDouble() > 0));
        Assert.IsGreaterThan(0, json.RootElement.GetProperty("memory")[0].GetProperty("helper").GetInt64());

        string page = await File.ReadAllTextAsync(folder.At("comparison.md"), Watchdog);
        string[] pictures = [.. Directory.GetFiles(folder.Path, "*.svg")];
        Assert.HasCount(6, pictures);
        foreach (string picture in pictures)
        {
            Assert.AreEqual("svg", XDocument.Load(picture).Root!.Name.LocalName);
            StringAssert.Contains(page, $"({Path.GetFileName(picture)})");
        }
    }
}
