using System.CommandLine;
using System.Text.Json;

namespace LlmBridge.Cli;

/// <summary>llmbridge invoke METHOD PARAMS: any method of a JSON-RPC daemon.</summary>
internal static class InvokeCommand
{
    public static Command Make()
    {
        var method = new Argument<string>("METHOD") { Description = "The method's name" };
        var parameters = new Argument<string>("PARAMS")
        {
            Description = "Its parameters, a JSON object or array; - reads them from stdin",
            DefaultValueFactory = _ => "",
        };
        var command = new Command(
            "invoke", "Calls a method of a JSON-RPC daemon and prints its result as JSON") { method, parameters };
        var options = new CommonOptions(command);
        command.SetAction((result, _) =>
            CommandRun.RunAsync(
                options.Json(result),
                interrupt => InvokeAsync(
                    result.GetRequiredValue(method), result.GetValue(parameters) ?? "", options.ToBridgeOptions(result),
                    interrupt.Token)));
        return command;
    }

    private static async Task<int> InvokeAsync(
        string method, string parameters, BridgeOptions options, CancellationToken cancellationToken)
    {
        if (parameters == "-") parameters = await StandardInput.ReadTextAsync(cancellationToken);
        await using LlmClient client = await LlmClient.OpenAsync(options, cancellationToken);
        JsonElement result = await client.InvokeAsync(method, parameters, cancellationToken: cancellationToken);
        Console.Out.WriteLine(result.GetRawText());
        return ExitStatus.Ok;
    }
}
