using System.Diagnostics;

namespace LlmBridge.Comparison;

/// <summary>Cold start and recovery: a fresh host for each, whose first answer is timed, and the answer after a kill
/// -9.</summary>
internal sealed class StartRun(
    CompareOptions options, Schedule schedule, string model, Metric coldStart, Metric recover, Results results)
{
    private const string OneToken = "generate 1 1 1 1 1";

    public async Task RunAsync(IReadOnlyList<Way> ways)
    {
        Console.Error.WriteLine($"{coldStart.Key}, {recover.Key}");
        for (int i = 0; i < schedule.Starts; i++)
        {
            foreach (Way way in ways.Where(way => !results.Failed(coldStart, options.Threads, way)))
            {
                await TryAsync(way);
            }
        }
    }

    private async Task TryAsync(Way way)
    {
        await Task.Delay(Schedule.Settling);
        try
        {
            await MeasureAsync(way);
        }
        catch (MeasureException failure)
        {
            results.Fail(coldStart, options.Threads, way, failure.Message);
            results.Fail(recover, options.Threads, way, failure.Message);
        }
    }

    private async Task MeasureAsync(Way way)
    {
        using HostProcess host = Start(way);
        await host.OrderAsync("helper"); // the host itself has started
        Add(coldStart, way, (await host.OrderAsync(OneToken)).Seconds[0]);
        await Task.Delay(Schedule.Settling);
        Add(recover, way, await (way.Victim switch
        {
            Victim.Helper => SecondsOfAsync(host, "recover 2"),
            Victim.Host => RestartAsync(way, host),
            _ => SecondsOfAsync(host, OneToken),
        }));
    }

    private HostProcess Start(Way way) => HostProcess.Start(way, options.Prefix, model, options.Threads);

    private static async Task<double> SecondsOfAsync(HostProcess host, string order) =>
        (await host.OrderAsync(order)).Seconds[0];

    /// <summary>What someone has to do whose program dies with its model: start the program again.</summary>
    private async Task<double> RestartAsync(Way way, HostProcess host)
    {
        var watch = Stopwatch.StartNew();
        host.Kill();
        using HostProcess next = Start(way);
        await next.OrderAsync(OneToken);
        return watch.Elapsed.TotalSeconds;
    }

    private void Add(Metric metric, Way way, double seconds) =>
        results.Add(metric, options.Threads, way, [seconds * 1000]);
}
