using System.CommandLine;

namespace LlmBridge.Cli;

/// <summary>llmbridge mcp: becomes the MCP server, a program beside this one.</summary>
internal static class McpCommand
{
    private const int Port = 8090;

    public static Command Make()
    {
        var http = new Option<bool>("--http") { Description = "Serve by HTTP, not by the standard streams" };
        var command = new Command("mcp", "Serves the model to MCP's clients, editors and agents, as tools") { http };
        var options = new ServingOptions(command, Port);
        command.SetAction((result, _) => CommandRun.RunAsync(options.Json(result), _ =>
        {
            BridgeOptions bridge = options.ToBridgeOptions(result);
            List<string> arguments = options.Arguments(result, bridge);
            if (result.GetValue(http)) arguments.Add("--http");
            string program = OtherProgram.Find("llmbridge-mcp");
            DemonstrationModel.Announce(bridge);
            throw OtherProgram.Become(program, arguments);
        }));
        return command;
    }
}
