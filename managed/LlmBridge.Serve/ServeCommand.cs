using System.CommandLine;

namespace LlmBridge.Serve;

/// <summary>The program's arguments.</summary>
internal static class ServeCommand
{
    private const string Program = "llmbridge-serve";
    private const int Port = 8080;

    public static RootCommand Make()
    {
        var root = new RootCommand("The gateway: an OpenAI-compatible server before llmbridge's engines")
        {
            HelpName = Program,
        };
        var arguments = new ServerArguments(root, Port);
        var name = new Option<string?>("--model-name")
        {
            Description = "What clients call the model; by default the model's own name",
            HelpName = "NAME",
        };
        root.Options.Add(name);
        root.SetAction((result, cancelled) => ServerRun.RunAsync(Program, async () =>
        {
            AccessRules access = await arguments.AccessAsync(result);
            var options = new ServeOptions
            {
                Settings = arguments.Settings(result),
                Port = arguments.Port(result),
                Address = arguments.Address(result),
                Access = access with { OpenPaths = ["/", "/health", ApiDocument.Path], Headers = Deadline.Header },
                ModelName = result.GetValue(name),
                EndsWithInput = arguments.EndsWithInput(result),
            };
            await Gateway.RunAsync(options, cancelled);
        }));
        return root;
    }
}
