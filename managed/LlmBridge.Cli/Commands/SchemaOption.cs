using System.CommandLine;

namespace LlmBridge.Cli;

/// <summary>--schema FILE, of the commands that print answers.</summary>
internal sealed class SchemaOption
{
    private readonly Option<string?> _schema =
        new("--schema") { Description = "JSON Schema that the answer must keep", HelpName = "FILE" };

    public SchemaOption(Command command) => command.Options.Add(_schema);

    /// <summary>The options with the schema among their settings, where one is named.</summary>
    public BridgeOptions AddTo(BridgeOptions options, ParseResult result)
    {
        if (result.GetValue(_schema) is not { } path) return options;
        var settings = new Dictionary<string, string>(options.Settings!) { ["json_schema"] = InputFile.Read(path) };
        return new BridgeOptions { Settings = settings }; // the command line gives nothing else
    }
}
