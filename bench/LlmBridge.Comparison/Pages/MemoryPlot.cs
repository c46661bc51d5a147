namespace LlmBridge.Comparison.Pages;

/// <summary>Where the memory is: a picture of what the host holds itself, and a table of the rest.</summary>
internal static class MemoryPlot
{
    public const string File = "comparison-memory.svg";
    public const string Title = "Memory";

    public static BarChart Chart(Report report) => new(
        Title, "MiB of private memory after the work with 135 million parameters; less is better",
        [
            Group(report, "by which the host program has grown", memory => memory.Host - memory.HostBefore),
            Group(report, "of its helper processes", memory => memory.Helper),
        ]);

    public static IEnumerable<string> Table(Report report) =>
    [
        "| MiB | host before | host after | model's file in the host | helpers | model's file in helpers |",
        "|---|---:|---:|---:|---:|---:|",
        .. report.Memory.Select(memory => $"| {Name(memory)} | {string.Join(" | ", Columns(memory))} |"),
    ];

    private static IEnumerable<string> Columns(MemoryFigure memory) =>
        ((long?[])[memory.HostBefore, memory.Host, memory.HostModel, memory.Helper, memory.HelperModel])
        .Select(Number.Mebibytes);

    private static BarGroup Group(Report report, string title, Func<MemoryFigure, long?> kibibytes) => new(
        title, [.. report.Memory.Select(memory => BarOf(memory, kibibytes(memory)))]);

    private static Bar BarOf(MemoryFigure memory, long? kibibytes) => new(
        Name(memory), kibibytes > 0 ? kibibytes / 1024.0 : null, null, null,
        kibibytes == null ? "not to be seen" : kibibytes <= 0 ? "none" : Number.Mebibytes(kibibytes),
        memory.Way == "bridge");

    private static string Name(MemoryFigure memory) => Way.All.Single(way => way.Key == memory.Way).Name;
}
