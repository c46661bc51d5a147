using Spectre.Console;

namespace LlmBridge.Cli;

/// <summary>llmbridge doctor --watch: a bridge of the given settings, live, until Ctrl+C.</summary>
internal static class WatchCommand
{
    public static async Task<int> RunAsync(
        BridgeOptions options, TimeSpan interval, bool json, CancellationToken cancellationToken)
    {
        await using LlmClient client = await LlmClient.OpenAsync(options, cancellationToken);
        DemonstrationModel.Announce(options);
        IAsyncEnumerable<WatchSample> samples = new WatchLoop(client, interval).SamplesAsync(cancellationToken);
        if (json)
        {
            await PrintAsync(samples, WatchJson.Write, cancellationToken);
        }
        else if (Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Interactive)
        {
            await PrintAsync(samples, WatchLines.Write, cancellationToken);
        }
        else await WatchScreen.ShowAsync(samples);
        return ExitStatus.Ok;
    }

    private static async Task PrintAsync(
        IAsyncEnumerable<WatchSample> samples, Action<Stream, WatchSample> write, CancellationToken cancellationToken)
    {
        await using Stream output = StandardOutput.Open();
        using var line = new MemoryStream();
        await foreach (WatchSample sample in samples)
        {
            line.SetLength(0);
            write(line, sample);
            // In one piece, so that whoever reads along never sees half an object.
            await output.WriteAsync(line.GetBuffer().AsMemory(0, (int)line.Length), cancellationToken);
            await output.FlushAsync(cancellationToken);
        }
    }
}
