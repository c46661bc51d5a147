using Microsoft.AspNetCore.Builder;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace LlmBridge.Serve;

/// <summary>What llmbridge measures of itself, in the form that Prometheus reads, at /metrics.</summary>
internal static class Metrics
{
    private const string Path = "/metrics";

    /// <summary>Begins to gather. Made before the client, of whose first calls it tells too.</summary>
    public static MeterProvider Gather() =>
        Sdk.CreateMeterProviderBuilder().AddMeter(TelemetryNames.Source).AddPrometheusExporter().Build();

    public static void Map(WebApplication application, MeterProvider meters) =>
        application.MapPrometheusScrapingEndpoint(Path, meters, configureBranchedPipeline: null, optionsName: null);
}
