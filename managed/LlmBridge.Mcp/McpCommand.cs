using System.CommandLine;

namespace LlmBridge.Mcp;

/// <summary>The program's arguments.</summary>
internal static class McpCommand
{
    private const string Program = "llmbridge-mcp";
    private const int Port = 8090;
    private const string Isolation = "isolation";

    public static RootCommand Make()
    {
        var root = new RootCommand("An MCP server: a local model as tools of editors and agents, by stdio or HTTP")
        {
            HelpName = Program,
        };
        var arguments = new ServerArguments(root, Port);
        var http = new Option<bool>("--http") { Description = "Serve by HTTP, not by the standard streams" };
        root.Options.Add(http);
        root.SetAction((result, cancelled) => ServerRun.RunAsync(Program, async () =>
        {
            Dictionary<string, string> settings = arguments.Settings(result);
            ShareByDefault(settings);
            var bridge = new BridgeOptions { Settings = settings };
            await using LlmClient client = await LlmClient.OpenAsync(bridge, cancelled);
            using var life = new ServerLife(cancelled);
            var model = new ModelTools(client);
            var resources = new ModelResources(client, bridge);
            if (!result.GetValue(http))
            {
                await StdioServer.RunAsync(model, resources, client, life);
                return;
            }
            AccessRules access = await arguments.AccessAsync(result);
            if (arguments.EndsWithInput(result)) _ = life.EndWithInputAsync();
            var options = new HttpOptions(arguments.Address(result), arguments.Port(result), access);
            await HttpServer.RunAsync(options, model, resources, client, life);
        }));
        return root;
    }

    /// <summary>Each window of an editor starts a server of its own: they use one engine, unless somebody says
    /// otherwise.</summary>
    private static void ShareByDefault(Dictionary<string, string> settings)
    {
        bool isSaid = settings.ContainsKey(Isolation)
            || Environment.GetEnvironmentVariable("LLMBRIDGE_ISOLATION") is { Length: > 0 };
        if (!isSaid) settings[Isolation] = "shared";
    }
}
