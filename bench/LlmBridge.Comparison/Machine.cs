using System.Globalization;

namespace LlmBridge.Comparison;

/// <summary>Where it was measured, and how busy that was.</summary>
internal sealed record Machine
{
    public required string Processor { get; init; }

    public required int Processors { get; init; }

    public required double MemoryGib { get; init; }

    public required string Kernel { get; init; }

    /// <summary>The load of the last minute before and after; the work itself is in the latter.</summary>
    public required double LoadBefore { get; init; }

    public required double LoadAfter { get; init; }

    public static Machine Look() => new()
    {
        Processor = File.ReadLines("/proc/cpuinfo").FirstOrDefault(
            line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(": ")[1] ?? "unknown",
        Processors = Environment.ProcessorCount,
        MemoryGib = Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1024.0 / 1024 / 1024, 1),
        Kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
        LoadBefore = Load(),
        LoadAfter = Load(),
    };

    public Machine LookAgain() => this with { LoadAfter = Load() };

    private static double Load() =>
        double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);
}
