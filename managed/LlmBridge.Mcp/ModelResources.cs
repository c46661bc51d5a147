using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace LlmBridge.Mcp;

/// <summary>What can be read: the model, how the server fares, the sessions that are kept.</summary>
internal sealed class ModelResources(LlmClient client, BridgeOptions options)
{
    private const string Model = "llmbridge://model";
    private const string Statistics = "llmbridge://statistics";
    private const string Sessions = "llmbridge://sessions";
    private const string Json = "application/json";

    public static ListResourcesResult List() => new()
    {
        Resources =
        [
            Of(Model, "model", "The model", "What the engine says of itself and its model"),
            Of(Statistics, "statistics", "Statistics", "Calls, tokens, times and engines of this server"),
            Of(Sessions, "sessions", "Sessions", "The conversations that are kept on this machine"),
        ],
    };

    public static ListResourceTemplatesResult ListTemplates() => new()
    {
        ResourceTemplates =
        [
            new ResourceTemplate
            {
                UriTemplate = Sessions + "/{name}",
                Name = "session",
                Title = "A session",
                Description = "The messages of a conversation that is kept",
                MimeType = Json,
            },
        ],
    };

    /// <summary>Reads one.</summary>
    /// <param name="uri">Which.</param>
    /// <param name="missing">How its client's generation calls what is not there.</param>
    /// <param name="cancelled">Ends the waiting.</param>
    /// <exception cref="McpProtocolException">There is no such resource, or it cannot be read.</exception>
    public async ValueTask<ReadResourceResult> ReadAsync(
        string uri, McpErrorCode missing, CancellationToken cancelled)
    {
        try
        {
            string text = await Task.Run(() => Read(uri, missing), cancelled); // it looks at files
            return new ReadResourceResult
            {
                Contents = [new TextResourceContents { Uri = uri, MimeType = Json, Text = text }],
            };
        }
        catch (LlmException e)
        {
            bool isMissing = e.Error.Status is LlmStatus.NotFound or LlmStatus.InvalidArgument;
            throw new McpProtocolException(
                $"{uri}: {e.Message}", isMissing ? missing : McpErrorCode.InternalError);
        }
    }

    private string Read(string uri, McpErrorCode missing) => uri switch
    {
        Model => ModelText(),
        Statistics => StatisticsJson.Of(client),
        Sessions => LlmLibrary.ListSessions(options),
        _ when uri.StartsWith(Sessions + "/", StringComparison.Ordinal) =>
            LlmLibrary.ReadSession(Uri.UnescapeDataString(uri[(Sessions.Length + 1)..]), options),
        _ => throw new McpProtocolException($"uri: there is no \"{uri}\"", missing),
    };

    /// <summary>What the engine says, once it was ready; before that no more than the model's name.</summary>
    private string ModelText() => client.EngineInfoJson is { Length: > 0 } info
        ? info
        : JsonSerializer.Serialize(new Dictionary<string, object?>
        {
            ["model"] = client.ModelId,
            ["loaded"] = client.LoadProgress,
        });

    private static Resource Of(string uri, string name, string title, string description) =>
        new() { Uri = uri, Name = name, Title = title, Description = description, MimeType = Json };
}
