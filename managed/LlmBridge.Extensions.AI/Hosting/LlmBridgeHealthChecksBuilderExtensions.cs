using LlmBridge;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>The health of LlmBridge's clients.</summary>
public static class LlmBridgeHealthChecksBuilderExtensions
{
    /// <summary>Adds a check of a client: unhealthy while its engines fail too often to be started, degraded while one
    /// is tried again. It opens the client, starts no engine and asks nothing.</summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="serviceKey">The client's key; null for the one without.</param>
    /// <param name="name">The check's name; by default "llmbridge", or "llmbridge:KEY".</param>
    /// <param name="failureStatus">What is said instead of unhealthy.</param>
    /// <param name="tags">The check's tags.</param>
    public static IHealthChecksBuilder AddLlmBridge(
        this IHealthChecksBuilder builder, string? serviceKey = null, string? name = null,
        HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name ?? (serviceKey is null ? "llmbridge" : "llmbridge:" + serviceKey),
            provider => new LlmBridgeHealthCheck(LlmBridgeServiceCollectionExtensions.ClientOf(provider, serviceKey)),
            failureStatus, tags));
    }
}
