using Microsoft.Extensions.Hosting;

namespace LlmBridge;

/// <summary>Starts a client's engine with the application, so that the first caller does not wait for it.</summary>
internal sealed class WarmUp(LlmClient client) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => client.StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
