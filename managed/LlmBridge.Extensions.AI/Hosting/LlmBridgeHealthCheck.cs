using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LlmBridge;

/// <summary>Says how a client fares from what its bridge knows; asks the engine nothing.</summary>
internal sealed class LlmBridgeHealthCheck(LlmClient client) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Task.FromResult(Check(context.Registration.FailureStatus));
    }

    private HealthCheckResult Check(HealthStatus failure)
    {
        LlmStatistics statistics;
        try
        {
            statistics = client.GetStatistics();
        }
        catch (ObjectDisposedException e)
        {
            return new HealthCheckResult(failure, "the client is closed", e);
        }
        int ready = statistics.Workers.Count(worker => worker.State == LlmWorkerState.Ready);
        var data = new Dictionary<string, object>
        {
            ["breaker"] = statistics.Breaker.Name(),
            ["workers"] = statistics.Workers.Count,
            ["workers_ready"] = ready,
            ["calls_active"] = statistics.CallsActive,
            ["calls_queued"] = statistics.CallsQueued,
            ["engines_crashed"] = statistics.Engines.Crashed,
            ["sandbox"] = client.SandboxLayers.ToString(),
        };
        return statistics.Breaker switch
        {
            LlmBreakerState.Open => new HealthCheckResult(
                failure, "engines failed too often: none is started for a while", null, data),
            LlmBreakerState.HalfOpen => HealthCheckResult.Degraded(
                "engines failed too often: one is tried", null, data),
            _ => HealthCheckResult.Healthy($"{ready} of {statistics.Workers.Count} workers are ready", data),
        };
    }
}
