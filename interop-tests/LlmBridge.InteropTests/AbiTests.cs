using System.Globalization;
using System.Text.RegularExpressions;

namespace LlmBridge.InteropTests;

/// <summary>The boundary itself: layouts against a C compiler's, exports against the built library's.</summary>
[TestClass]
public sealed partial class AbiTests
{
    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Watchdog => TestContext.CancellationToken;

    [TestMethod]
    public async Task Structs_AreLaidOutAsTheCCompilerSeesThem()
    {
        string program = Path.Combine(Path.GetTempPath(), "abi_layout." + Guid.NewGuid().ToString("N"));
        try
        {
            ProgramRun compiled = await ProgramRun.OfAsync(
                "cc",
                [
                    "-Wall", "-Werror", "-I", Repository.At("native/include"), Repository.At("abi/abi_layout.c"), "-o",
                    program,
                ],
                Watchdog);
            Assert.AreEqual(0, compiled.ExitCode, compiled.Errors);
            ProgramRun printed = await ProgramRun.OfAsync(program, [], Watchdog);
            Assert.AreEqual(0, printed.ExitCode, printed.Errors);
            CollectionAssert.AreEqual(
                printed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), StructLayouts.Lines().ToArray());
        }
        finally
        {
            File.Delete(program);
        }
    }

    /// <summary>Structs may grow at their end and exports may be added; anything else needs a new ABI number and
    /// file.</summary>
    [TestMethod]
    public void Abi_KeepsAllThatItsNumberHasPromised()
    {
        string[] promised = [.. File.ReadAllLines(Repository.At($"abi/abi-{LlmLibrary.AbiVersion}.txt")).Where(
            line => !line.StartsWith('#'))];
        var present = StructLayouts.Lines()
            .Concat(File.ReadAllLines(Repository.At("abi/exports.txt")).Select(name => "export " + name)).ToHashSet();
        foreach (string line in promised)
        {
            if (IsStructSize(line))
            {
                Assert.IsTrue(present.Any(now => HasGrownFrom(line, now)), $"the struct has shrunk or gone: {line}");
            }
            else
            {
                Assert.Contains(line, present);
            }
        }
    }

    private static bool IsStructSize(string line) => line.Split(' ') is [var name, var size]
        && !name.Contains('.', StringComparison.Ordinal) && int.TryParse(size, out _);

    private static bool HasGrownFrom(string promised, string now) =>
        IsStructSize(now) && now.Split(' ')[0] == promised.Split(' ')[0]
        && int.Parse(now.Split(' ')[1], CultureInfo.InvariantCulture) >= int.Parse(
            promised.Split(' ')[1], CultureInfo.InvariantCulture);

    [TestMethod]
    public async Task Library_ExportsExactlyWhatTheHeadersDeclare()
    {
        ProgramRun symbols = await ProgramRun.OfAsync("nm", ["-D", "--defined-only", Repository.Library], Watchdog);
        Assert.AreEqual(0, symbols.ExitCode, symbols.Errors);
        string[] exported =
            [.. SymbolLine().Matches(symbols.Output).Select(m => m.Groups["name"].Value).Order(StringComparer.Ordinal)];
        CollectionAssert.AreEqual(File.ReadAllLines(Repository.At("abi/exports.txt")), exported);
    }

    [TestMethod]
    public async Task Library_NeedsOnlyLibc()
    {
        ProgramRun dynamic = await ProgramRun.OfAsync("readelf", ["-d", "-W", Repository.Library], Watchdog);
        Assert.AreEqual(0, dynamic.ExitCode, dynamic.Errors);
        string[] needed = [.. NeededLine().Matches(dynamic.Output).Select(m => m.Groups["name"].Value)];
        CollectionAssert.AreEqual(
            new[] { "libc.so.6" }, needed.Where(n => !n.StartsWith("ld-linux", StringComparison.Ordinal)).ToArray());
        StringAssert.Contains(dynamic.Output, "libllmbridge.so.1");
    }

    [TestMethod]
    public async Task Library_IsSmallerThan350KilobytesWithoutSymbols()
    {
        string stripped = Path.Combine(Path.GetTempPath(), "llmbridge-stripped." + Guid.NewGuid().ToString("N"));
        try
        {
            ProgramRun run = await ProgramRun.OfAsync("strip", ["-o", stripped, Repository.Library], Watchdog);
            Assert.AreEqual(0, run.ExitCode, run.Errors);
            Assert.IsLessThan(350_000, new FileInfo(stripped).Length);
        }
        finally
        {
            File.Delete(stripped);
        }
    }

    [GeneratedRegex(@"^[0-9a-f]+ [TDBRVW] (?<name>\w+)(@@\w+)?$", RegexOptions.Multiline)]
    private static partial Regex SymbolLine();

    [GeneratedRegex(@"\(NEEDED\).*\[(?<name>[^\]]+)\]")]
    private static partial Regex NeededLine();
}
