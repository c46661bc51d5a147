using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.Loader;

namespace LlmBridge;

/// <summary>What calls are measured with: the instruments and the source of spans, one of each for the
/// process.</summary>
internal static class CallInstruments
{
    public static readonly Meter Meter = new(TelemetryNames.Source, Version);

    public static readonly ActivitySource Spans = new(TelemetryNames.Source, Version);

    public static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "gen_ai.client.operation.duration", "s", "From the start of a call to its end.", tags: null,
        new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries =
                [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
        });

    public static readonly Histogram<double> TimeToFirstToken = Meter.CreateHistogram(
        "gen_ai.server.time_to_first_token", "s", "From the start of a call that succeeded to its first piece.",
        tags: null,
        new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries =
                [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
        });

    public static readonly Histogram<long> TokenUsage = Meter.CreateHistogram(
        "gen_ai.client.token.usage", "{token}", "Tokens of prompts and of answers.", tags: null,
        new InstrumentAdvice<long>
        {
            HistogramBucketBoundaries =
                [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864],
        });

    /// <summary>Whether anyone listens; if not, calls go their way unmeasured.</summary>
    public static bool AreWatched =>
        Spans.HasListeners() || Duration.Enabled || TimeToFirstToken.Enabled || TokenUsage.Enabled;

    /// <summary>Meters and sources are known to the whole process: these would keep a load context, as hosts of
    /// plug-ins have them, from being unloaded.</summary>
    public static void EndWithTheirContext()
    {
        var context = AssemblyLoadContext.GetLoadContext(typeof(CallInstruments).Assembly);
        if (context is not { IsCollectible: true }) return;
        context.Unloading += static _ =>
        {
            Meter.Dispose();
            Spans.Dispose();
        };
    }

    private static string? Version => typeof(CallInstruments).Assembly.GetName().Version?.ToString(3);
}
