namespace LlmBridge.Comparison;

/// <summary>One model's metrics in hosts that have it loaded: all ways side by side, in turns.</summary>
internal sealed class SteadyRun(CompareOptions options, Schedule schedule, string model, int threads, Results results)
{
    private readonly Dictionary<Way, HostProcess> _hosts = [];
    private readonly Dictionary<Way, Memory?> _memoryBefore = [];
    private int _number;

    public async Task RunAsync(IReadOnlyList<Way> ways, IReadOnlyList<Metric> metrics, bool withMemory)
    {
        try
        {
            foreach (Way way in ways) Start(way, metrics);
            foreach (Metric metric in metrics) await MeasureAsync(metric);
            if (withMemory) foreach (Way way in ways) await LookAtMemoryAsync(way);
        }
        finally
        {
            foreach (HostProcess host in _hosts.Values) host.Dispose();
        }
    }

    private void Start(Way way, IReadOnlyList<Metric> metrics)
    {
        try
        {
            _hosts[way] = HostProcess.Start(way, options.Prefix, model, threads);
        }
        catch (MeasureException missing)
        {
            foreach (Metric metric in metrics) results.Fail(metric, threads, way, missing.Message);
        }
    }

    private async Task MeasureAsync(Metric metric)
    {
        Console.Error.WriteLine($"{metric.Key}, {threads} thread(s)");
        foreach (Way way in _hosts.Keys) await TryAsync(metric, way, host => WarmUpAsync(metric, way, host));
        for (int turn = 0; turn < schedule.Turns; turn++)
        {
            _number += Schedule.RoundsMax;
            foreach (Way way in _hosts.Keys) await TryAsync(metric, way, host => TakeTurnAsync(metric, way, host));
        }
    }

    private async Task TryAsync(Metric metric, Way way, Func<HostProcess, Task> run)
    {
        if (results.Failed(metric, threads, way)) return;
        await Task.Delay(Schedule.Settling);
        try
        {
            await run(_hosts[way]);
        }
        catch (MeasureException failure)
        {
            results.Fail(metric, threads, way, failure.Message);
        }
    }

    /// <summary>One round that does not count, whose answer is compared.</summary>
    private async Task WarmUpAsync(Metric metric, Way way, HostProcess host)
    {
        if (!_memoryBefore.ContainsKey(way))
        {
            await host.OrderAsync("helper"); // the host runs, and has opened nothing
            _memoryBefore[way] = Memory.Of(host.Id, model);
        }
        results.AddAnswer(metric, threads, way, await host.OrderAsync(Order(metric, rounds: 1)));
    }

    private async Task TakeTurnAsync(Metric metric, Way way, HostProcess host)
    {
        Outcome outcome = await host.OrderAsync(Order(metric, Schedule.RoundsMax));
        results.Add(metric, threads, way, outcome.Seconds.Select(seconds => metric.Value(seconds, outcome)));
    }

    private string Order(Metric metric, int rounds) =>
        FormattableString.Invariant(
            $"{metric.Order} {_number} {rounds} {schedule.TurnSeconds} {metric.Width} {metric.Tokens}");

    private async Task LookAtMemoryAsync(Way way)
    {
        if (!_hosts.TryGetValue(way, out HostProcess? host) || !_memoryBefore.TryGetValue(way, out Memory? before))
        {
            return;
        }
        try
        {
            int helper = (await host.OrderAsync("helper")).Pid;
            Memory? now = Memory.Of(host.Id, model);
            List<Memory?> helpers = [.. Memory.Helpers(helper, host.Id).Select(process => Memory.Of(process, model))];
            bool seen = helpers.All(memory => memory != null);
            results.Memory.Add(new MemoryFigure(
                way.Key, before?.Private, now?.Private, now?.OfFile,
                seen ? helpers.Sum(memory => memory!.Private) : null,
                seen ? helpers.Sum(memory => memory!.OfFile) : null));
        }
        catch (MeasureException gone)
        {
            Console.Error.WriteLine($"{way.Key}: memory: {gone.Message}");
        }
    }
}
