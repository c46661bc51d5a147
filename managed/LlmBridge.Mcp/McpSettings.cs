using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace LlmBridge.Mcp;

/// <summary>What the server says of itself and whom it gives its requests to, by whatever way they come.</summary>
internal static class McpSettings
{
    private const string NewerGeneration = "2026-07-28"; // versions are dates

    private const string Instructions =
        "A language model that runs on this machine, in a process of its own. ask and chat answer, embed and "
        + "similarity compare texts, count_tokens measures. A tool that fails says why as one JSON object with code, "
        + "message and retry_safe. Text never leaves this machine unless the server was set up "
        + "with an engine elsewhere.";

    public static void Write(McpServerOptions options, ModelTools tools, ModelResources resources)
    {
        options.ServerInfo = new Implementation
        {
            Name = "llmbridge",
            Title = "llmbridge",
            Version = LlmLibrary.Version,
        };
        options.ServerInstructions = Instructions;
        options.Capabilities = new ServerCapabilities { Tools = new(), Resources = new() };
        options.Filters.Message.IncomingFilters.Add(
            next => (message, cancelled) => NameAsync(next, message, cancelled));
        options.Handlers.ListToolsHandler = (_, _) => ValueTask.FromResult(tools.List());
        options.Handlers.CallToolHandler = tools.CallAsync;
        options.Handlers.ListResourcesHandler = (_, _) => ValueTask.FromResult(ModelResources.List());
        options.Handlers.ListResourceTemplatesHandler = (_, _) => ValueTask.FromResult(ModelResources.ListTemplates());
        options.Handlers.ReadResourceHandler = (request, cancelled) => resources.ReadAsync(
            request.Params?.Uri ?? throw new McpProtocolException("uri: it is missing", McpErrorCode.InvalidParams),
            IsNewer(request) ? McpErrorCode.InvalidParams : McpErrorCode.ResourceNotFound, cancelled);
    }

    /// <summary>Whether a request is of the generation that has no number of its own for what is not there.</summary>
    private static bool IsNewer(RequestContext<ReadResourceRequestParams> request)
    {
        string? version = request.JsonRpcRequest.Context?.ProtocolVersion ?? request.Server.NegotiatedProtocolVersion;
        return string.CompareOrdinal(version, NewerGeneration) >= 0;
    }

    /// <summary>Parameters that are of another shape than the method's are the client's fault, and it is told which:
    /// the SDK would call them an error of its own.</summary>
    private static async Task NameAsync(McpMessageHandler next, MessageContext message, CancellationToken cancelled)
    {
        try
        {
            await next(message, cancelled);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new McpProtocolException("params: " + e.Message, e, McpErrorCode.InvalidParams);
        }
    }
}
