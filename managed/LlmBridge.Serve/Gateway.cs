using System.Net;
using LlmBridge.Serve.Messages;
using LlmBridge.Serve.Responses;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;

namespace LlmBridge.Serve;

/// <summary>The server: a client of llmbridge, and the routes before it.</summary>
internal static class Gateway
{
    private const int BodyBytesMax = 32 * 1024 * 1024;
    private const int ConnectionsMax = 4096;
    private static readonly TimeSpan s_endsWithin = TimeSpan.FromSeconds(5);

    /// <summary>Serves until it is told to end.</summary>
    /// <exception cref="LlmException">A setting is wrong, or the library, engine or model is missing.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task RunAsync(ServeOptions options, CancellationToken cancelled)
    {
        using MeterProvider meters = Metrics.Gather();
        var bridge = new BridgeOptions { Settings = options.Settings };
        await using LlmClient client = await LlmClient.OpenAsync(bridge, cancelled);
        var model = new ServedModel(client, options);
        await using WebApplication application = Build(options, model, meters);
        await application.StartAsync(cancelled);
        Announce(application, options, model);
        using var life = new ServerLife(cancelled);
        if (options.EndsWithInput) _ = life.EndWithInputAsync();
        Task starting = model.StartAsync(life.Ended);
        await life.WaitAsync();
        using var limit = new CancellationTokenSource(s_endsWithin);
        Task stopped = application.StopAsync(limit.Token);
        await client.DisposeAsync(); // calls in flight end as cancelled: their responses are over then
        await stopped;
        await starting;
    }

    private static WebApplication Build(ServeOptions options, ServedModel model, MeterProvider meters)
    {
        // Nothing that stands in the environment or the working folder changes what this server does.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyBytesMax;
            kestrel.Limits.MaxConcurrentConnections = ConnectionsMax;
            kestrel.Listen(options.Address, options.Port, listener => listener.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddRoutingCore();
        WebApplication application = builder.Build();
        application.Use(next => context => Failures.GuardAsync(context, model, next));
        application.Use(new Guards(options.Access).Around);
        application.UseRouting();
        application.Use(next => context => // after routing: a route that is not there has no endpoint
            context.GetEndpoint() is null ? throw Failures.NoRoute(context) : next(context));
        new Routes(model).Map(application);
        new MessagesRoutes(model).Map(application);
        var kept = new KeptSessions(options);
        var responses = new ResponseStore(kept);
        new ResponsesRoutes(model, responses).Map(application);
        new Sessions(kept).Map(application);
        Metrics.Map(application, meters);
        _ = responses.RemoveOldAsync();
        return application;
    }

    private static void Announce(WebApplication application, ServeOptions options, ServedModel model)
    {
        string url = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!
            .Addresses.First();
        Console.Out.WriteLine($"llmbridge serves {model.Name} at {url}/v1");
        if (options.Access.IsKeyMadeUp)
        {
            Console.Out.WriteLine($"key: {options.Access.Key}");
            Console.Out.WriteLine($"page: {url}/#key={options.Access.Key}");
        }
        else
        {
            Console.Out.WriteLine($"page: {url}/");
        }
        if (IPAddress.IsLoopback(options.Address)) return;
        Console.Error.WriteLine(
            "llmbridge-serve: other machines can ask too, and the key goes over the network as it is: "
            + "put a server with TLS before this one");
    }
}
