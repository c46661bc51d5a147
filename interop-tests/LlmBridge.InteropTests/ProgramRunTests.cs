using System.Globalization;
using System.Runtime.InteropServices;

namespace LlmBridge.InteropTests;

/// <summary>What the programs of these tests inherit does not depend on who runs the tests.</summary>
[TestClass]
public sealed partial class ProgramRunTests
{
    private const int SignalHangup = 1;
    private const nint Ignore = 1;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task AProgram_StartedWhereSignalsAreIgnored_DoesNotIgnoreThem()
    {
        nint before = SetSignal(SignalHangup, Ignore);
        try
        {
            Assert.IsTrue(Ignores(await File.ReadAllTextAsync("/proc/self/status", TestContext.CancellationToken)));
            ProgramRun run =
                await ProgramRun.OfAsync("cat", ["/proc/self/status"], TestContext.CancellationToken);
            Assert.IsFalse(Ignores(run.Output), run.Output);
        }
        finally
        {
            SetSignal(SignalHangup, before);
        }
    }

    private static bool Ignores(string status)
    {
        string mask = status.Split('\n').Single(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))[7..];
        ulong ignored = ulong.Parse(mask.Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return (ignored & (1UL << (SignalHangup - 1))) != 0;
    }

    [DllImport("libc", EntryPoint = "signal")]
    private static extern nint SetSignal(int signal, nint handler);
}
