using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace LlmBridge.Cli;

/// <summary>Samples on a terminal, each in the place of the one before.</summary>
internal static class WatchScreen
{
    private const int EventsShown = 8;

    /// <summary>Columns that a panel's edges and their padding take.</summary>
    private const int PanelEdges = 4;

    public static Task ShowAsync(IAnsiConsole screen, IAsyncEnumerable<WatchSample> samples) =>
        screen.Live(new Text("Starting")).StartAsync(async live =>
        {
            var events = new Queue<LlmEvent>();
            await foreach (WatchSample sample in samples)
            {
                foreach (LlmEvent one in sample.News) events.Enqueue(one);
                while (events.Count > EventsShown) events.Dequeue();
                live.UpdateTarget(Draw(sample, events, screen.Profile.Width));
            }
        });

    private static Rows Draw(WatchSample sample, IEnumerable<LlmEvent> events, int columns) => new(
        Workers(sample),
        Figures(sample),
        Events(events, columns),
        new Text("Ctrl+C ends"));

    private static Table Workers(WatchSample sample)
    {
        Table table = new Table().Expand().Title("Workers").AddColumns(
            "place", "state", "process", "calls", "served", "ready for");
        foreach (LlmWorker worker in sample.Statistics.Workers)
        {
            table.AddRow(Cells(
                $"{worker.Place}", WatchLines.State(worker.State, sample.LoadProgress), $"{worker.ProcessId}",
                $"{worker.Calls}", $"{worker.Served}",
                worker.Ready.ToString(@"d\.hh\:mm\:ss", CultureInfo.InvariantCulture)));
        }
        return table;
    }

    private static Table Figures(WatchSample sample)
    {
        LlmStatistics statistics = sample.Statistics;
        CultureInfo culture = CultureInfo.InvariantCulture;
        Table table = new Table().Expand().HideHeaders().AddColumns("", "");
        table.AddRow(Cells("calls", string.Create(
            culture,
            $"{statistics.CallsSucceeded} succeeded, {statistics.CallsFailed} failed, "
            + $"{statistics.CallsRefused} refused, {statistics.CallsActive} active, {statistics.CallsQueued} queued")));
        table.AddRow(Cells("survived", string.Create(
            culture,
            $"{statistics.CallsMoved} moved, {statistics.CallsRepeated} repeated, {statistics.CallsResumed} resumed")));
        table.AddRow(
            Cells("rates", string.Create(culture, $"{sample.CallRate:0.0} calls/s, {sample.TokenRate:0.0} tokens/s")));
        table.AddRow(Cells("whole call", WatchLines.Times(statistics.TotalTime)));
        table.AddRow(Cells("first token", WatchLines.Times(statistics.FirstTokenTime)));
        table.AddRow(Cells("engines", WatchLines.Engines(statistics.Engines)));
        table.AddRow(Cells("breaker", statistics.Breaker.Name()));
        table.AddRow(Cells("last probe", WatchLines.Describe(sample.Probe)));
        return table;
    }

    private static Panel Events(IEnumerable<LlmEvent> events, int columns)
    {
        int width = Math.Max(columns - PanelEdges, 1);
        return new Panel(new Rows(
            events.Select(WatchLines.Describe).Select(line => new Text(line.Length > width ? line[..width] : line))))
            .Expand().Header("Events");
    }

    /// <summary>As plain text: an engine's words are no markup.</summary>
    private static IEnumerable<IRenderable> Cells(params string[] texts) => texts.Select(text => new Text(text));
}
