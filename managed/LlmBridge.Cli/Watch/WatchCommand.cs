using System.Text;

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
            await PrintAsync(
                samples, sample => Json.Line(WatchJson.Of(sample), Json.Readable.WatchJson), cancellationToken);
        }
        else if (Terminal.IsOutput && Terminal.DrawOnOutput() is { Profile.Capabilities.Interactive: true } screen)
        {
            await WatchScreen.ShowAsync(screen, samples);
        }
        else
        {
            await PrintAsync(
                samples, sample => Encoding.UTF8.GetBytes(WatchLines.Of(sample)), cancellationToken);
        }
        return ExitStatus.Ok;
    }

    private static async Task PrintAsync(
        IAsyncEnumerable<WatchSample> samples, Func<WatchSample, byte[]> lines, CancellationToken cancellationToken)
    {
        await using Stream output = StandardOutput.Open();
        await foreach (WatchSample sample in samples)
        {
            // In one piece, so that whoever reads along never sees half an object.
            await output.WriteAsync(lines(sample), cancellationToken);
            await output.FlushAsync(cancellationToken);
        }
    }
}
