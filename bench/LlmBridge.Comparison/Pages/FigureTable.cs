namespace LlmBridge.Comparison.Pages;

/// <summary>Figures as a table: a way a line, a metric that was measured a column.</summary>
internal static class FigureTable
{
    public static IEnumerable<string> Of(Report report, IReadOnlyList<Metric> all, int threads)
    {
        Metric[] metrics = [.. all.Where(
            metric => report.Figures.Any(figure => figure.Metric == metric.Key && figure.Threads == threads))];
        return Lines(report, metrics, threads);
    }

    private static IEnumerable<string> Lines(Report report, Metric[] metrics, int threads) =>
    [
        "| | " + string.Join(" | ", metrics.Select(metric => $"{metric.Title}, {metric.Unit}")) + " |",
        "|---|" + string.Concat(metrics.Select(_ => "---:|")),
        .. Way.All.Where(way => metrics.Any(metric => report.Find(metric, way, threads) != null))
            .Select(way => $"| {Strong(way)} | " + string.Join(
                " | ", metrics.Select(metric => Cell(report.Find(metric, way, threads)))) + " |"),
    ];

    private static string Strong(Way way) => way.Key == "bridge" ? $"**{way.Name}**" : way.Name;

    private static string Cell(Figure? figure) => figure switch
    {
        null => "",
        { Median: { } median, Low: { } low, High: { } high } =>
            $"{Number.Text(median)} ({Number.Text(low)} to {Number.Text(high)})",
        _ => "failed: " + figure.Problem,
    };
}
