using LlmBridge;

namespace Applications;

/// <summary>A worker: a service that answers what comes in, here the lines of stdin, and ends the application when
/// nothing more does.</summary>
internal sealed class AnsweringWorker(LlmClient client, IHostApplicationLifetime application) : BackgroundService
{
    public static async Task RunAsync(string[] args)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddLlmBridge(builder.Configuration.GetSection("Llm"));
        builder.Services.AddLlmBridgeWarmUp(); // a model that cannot be loaded ends the start, and not the first call
        builder.Services.AddHostedService<AnsweringWorker>();
        await builder.Build().RunAsync();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await Console.In.ReadLineAsync(stoppingToken) is { } question)
        {
            try
            {
                LlmReply reply = await client.AskAsync(question, cancellationToken: stoppingToken);
                Console.WriteLine(reply.Text);
            }
            catch (LlmException e)
            {
                Console.WriteLine($"{question}: {e.Message}"); // one that fails does not end the others
            }
        }
        application.StopApplication();
    }
}
