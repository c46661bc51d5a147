namespace LlmBridge.Comparison;

/// <summary>A whole run.</summary>
internal sealed class Comparison(CompareOptions options)
{
    private readonly Schedule _schedule = options.Quick ? Schedule.Quick : Schedule.Full;
    private readonly List<Way> _ways = [.. Way.All.Where(way => options.Only.Contains(way.Key))];
    private readonly Results _results = new();

    public async Task<Report> RunAsync()
    {
        Machine machine = Machine.Look();
        if (_ways.Any(way => way.Key == "node")) Tool.RestoreNode();
        var models = new Models(options.Model);
        foreach (ModelKind kind in Enum.GetValues<ModelKind>())
        {
            await SteadyAsync(models, kind, options.Threads, _schedule.Metrics);
        }
        await StartsAsync(models, ModelKind.Tiny, "cold_start_tiny", "recover_tiny");
        await StartsAsync(models, ModelKind.Speed, "cold_start", "recover");
        if (options.Threads > 1)
        {
            foreach (ModelKind kind in Enum.GetValues<ModelKind>())
            {
                await SteadyAsync(models, kind, 1, _schedule.SingleThreadMetrics);
            }
        }
        return new Report
        {
            Date = DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm 'UTC'"),
            Quick = options.Quick,
            Command = options.Command,
            Machine = machine.LookAgain(),
            Versions = Tool.Versions(),
            Models = models.Files,
            Figures = _results.Figures,
            Memory = _results.Memory,
            Agreements = _results.Agreements,
        };
    }

    private async Task SteadyAsync(Models models, ModelKind kind, int threads, IReadOnlyList<Metric> metrics)
    {
        Metric[] those = [.. metrics.Where(metric => metric.Model == kind && metric.Order != null)];
        if (those.Length == 0) return;
        bool withMemory = kind == ModelKind.Speed && threads == options.Threads;
        await new SteadyRun(options, _schedule, models[kind], threads, _results).RunAsync(_ways, those, withMemory);
    }

    private async Task StartsAsync(Models models, ModelKind kind, string coldStart, string recover) =>
        await new StartRun(options, _schedule, models[kind], Metric.Of(coldStart), Metric.Of(recover), _results)
            .RunAsync(_ways);
}
