using System.CommandLine;

namespace LlmBridge.Cli;

/// <summary>--schema FILE and --tools FILE, of the commands that print answers: settings whose values lie in
/// files.</summary>
internal sealed class FileOptions
{
    private readonly (string Setting, Option<string?> Option)[] _all =
    [
        ("json_schema", new("--schema") { Description = "JSON Schema that the answer must keep", HelpName = "FILE" }),
        ("tools", new("--tools")
        {
            Description = "What the model may call: a JSON array as OpenAI has it", HelpName = "FILE",
        }),
    ];

    public FileOptions(Command command)
    {
        foreach ((_, Option<string?> option) in _all) command.Options.Add(option);
    }

    /// <summary>The options with these among their settings, where they are given.</summary>
    public BridgeOptions AddTo(BridgeOptions options, ParseResult result)
    {
        var settings = new Dictionary<string, string>(options.Settings!);
        foreach ((string setting, Option<string?> option) in _all)
        {
            if (result.GetValue(option) is { } path) settings[setting] = InputFile.Read(path);
        }
        return new BridgeOptions { Settings = settings }; // the command line gives nothing else
    }
}
