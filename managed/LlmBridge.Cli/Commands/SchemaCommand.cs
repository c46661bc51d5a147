using System.CommandLine;

namespace LlmBridge.Cli;

/// <summary>llmbridge schema SCHEMA [INSTANCE]: whether a JSON text keeps a JSON Schema.</summary>
internal static class SchemaCommand
{
    public static Command Make()
    {
        var schema = new Argument<string>("SCHEMA") { Description = "File with the JSON Schema" };
        var instance = new Argument<string?>("INSTANCE")
        {
            Description = "File with the JSON to check, - for stdin; without it only the schema is checked",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of text" };
        var command = new Command("schema", "Checks JSON against a JSON Schema (2020-12 or draft 7)")
        {
            schema, instance, json,
        };
        command.SetAction((result, _) =>
        {
            bool inJson = result.GetValue(json);
            return CommandRun.RunAsync(inJson, interrupt => CheckAsync(
                result.GetRequiredValue(schema), result.GetValue(instance), inJson, interrupt.Token));
        });
        return command;
    }

    private static async Task<int> CheckAsync(
        string schema, string? instance, bool json, CancellationToken cancellationToken)
    {
        string? text = instance switch
        {
            null => null,
            "-" => await StandardInput.ReadTextAsync(cancellationToken),
            _ => InputFile.Read(instance),
        };
        LlmSchema.Check(InputFile.Read(schema), text);
        Console.Out.WriteLine(json ? "{\"valid\":true}" : "valid");
        return ExitStatus.Ok;
    }
}
