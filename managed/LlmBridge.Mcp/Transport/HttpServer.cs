using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.AspNetCore;

namespace LlmBridge.Mcp;

/// <summary>Where the server listens, and to whom.</summary>
internal sealed record HttpOptions(IPAddress Address, int Port, AccessRules Access);

/// <summary>The server of any number of clients, by the protocol's HTTP. Clients of the older generation have sessions,
/// without which nothing could be cancelled; the newer one has none.</summary>
internal static class HttpServer
{
    private const string Path = "/mcp";
    private const int BodyBytesMax = 32 * 1024 * 1024;
    private const int ConnectionsMax = 4096;
    private const int IdleSessionsMax = 1024;
    private static readonly TimeSpan s_sessionIdle = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan s_endsWithin = TimeSpan.FromSeconds(5);

    /// <summary>Serves until it is told to end.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task RunAsync(
        HttpOptions options, ModelTools tools, ModelResources resources, LlmClient client, ServerLife life)
    {
        await using WebApplication application = Build(options, tools, resources);
        await application.StartAsync(life.Ended);
        Announce(application, options);
        await life.WaitAsync();
        using var limit = new CancellationTokenSource(s_endsWithin);
        Task stopped = application.StopAsync(limit.Token);
        await client.DisposeAsync(); // calls in flight end as cancelled: their responses are over then
        await stopped;
    }

    private static WebApplication Build(HttpOptions options, ModelTools tools, ModelResources resources)
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
        builder.Services.AddLogging();
        builder.Services.AddMcpServer(server => McpSettings.Write(server, tools, resources)).WithHttpTransport(http =>
        {
            http.SessionMode = HttpServerSessionMode.StatefulForInitializeClients;
#pragma warning disable MCP9006 // the SDK's word for what only clients of the older generation need
            http.MaxIdleSessionCount = IdleSessionsMax;
            http.IdleTimeout = s_sessionIdle;
#pragma warning restore MCP9006
        });
        AccessRules access = options.Access with
        {
            Headers = "Mcp-Session-Id, Mcp-Protocol-Version, Mcp-Method, Mcp-Name, Last-Event-ID",
            ExposedHeaders = "Mcp-Session-Id",
        };
        WebApplication application = builder.Build();
        application.Use(next => context => GuardAsync(context, next));
        application.Use(new Guards(access).Around);
        application.UseRouting();
        application.MapMcp(Path);
        return application;
    }

    private static async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (ApiException refused) when (!context.Response.HasStarted)
        {
            await ErrorObject.SendAsync(context, refused);
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException bad) when (!context.Response.HasStarted)
        {
            await ErrorObject.SendAsync(context, new ApiException(bad.StatusCode, bad.Message));
        }
    }

    private static void Announce(WebApplication application, HttpOptions options)
    {
        string url = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!
            .Addresses.First();
        Console.Out.WriteLine($"llmbridge serves MCP at {url}{Path}");
        if (options.Access.IsKeyMadeUp) Console.Out.WriteLine($"key: {options.Access.Key}");
        if (IPAddress.IsLoopback(options.Address)) return;
        Console.Error.WriteLine(
            "llmbridge-mcp: other machines can ask too, and the key goes over the network as it is: "
            + "put a server with TLS before this one");
    }
}
