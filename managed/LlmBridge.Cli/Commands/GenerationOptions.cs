using System.CommandLine;

namespace LlmBridge.Cli;

/// <summary>Options of the commands that print answers; they are settings under shorter names.</summary>
internal sealed class GenerationOptions
{
    private static readonly (string Option, string Setting, string Value, string Description)[] s_all =
    [
        ("--system", "system", "TEXT", "The system message"),
        ("--temperature", "temperature", "NUMBER", "How freely tokens are chosen; 0 always takes the likeliest"),
        ("--max-tokens", "max_tokens", "NUMBER", "The most tokens an answer may have"),
        ("--seed", "seed", "NUMBER", "Seed of the random choices"),
        ("--session", "session", "NAME", "The conversation that is kept and goes on with this (llmbridge session)"),
    ];

    private readonly List<(string Setting, Option<string?> Option)> _options = [];
    private readonly FileOptions _files;

    public GenerationOptions(Command command)
    {
        foreach ((string name, string setting, string value, string description) in s_all)
        {
            var option = new Option<string?>(name) { Description = description, HelpName = value };
            _options.Add((setting, option));
            command.Options.Add(option);
        }
        _files = new FileOptions(command);
    }

    /// <summary>The options with these among their settings, where they are given.</summary>
    public BridgeOptions AddTo(BridgeOptions options, ParseResult result)
    {
        var settings = new Dictionary<string, string>(options.Settings!);
        foreach ((string setting, Option<string?> option) in _options)
        {
            if (result.GetValue(option) is { } value) settings[setting] = value;
        }
        return _files.AddTo(new BridgeOptions { Settings = settings }, result);
    }
}
