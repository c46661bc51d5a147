using LlmBridge;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Applications;

/// <summary>Spans and metrics by OpenTelemetry, in the conventions for generative AI. No prompt and no answer is in
/// them.</summary>
internal static class Telemetry
{
    public static async Task RunAsync()
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Services.AddLlmBridge();
        builder.Services.AddOpenTelemetry()
            .WithTracing(tracing => tracing.AddSource("LlmBridge").AddConsoleExporter())
            .WithMetrics(metrics => metrics.AddMeter("LlmBridge").AddConsoleExporter());
        using IHost host = builder.Build();
        await host.StartAsync();
        await host.Services.GetRequiredService<LlmClient>().AskAsync("What is 2+2?");
        await host.StopAsync();
    }
}
