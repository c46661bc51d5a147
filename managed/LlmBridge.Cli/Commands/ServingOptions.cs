using System.CommandLine;

namespace LlmBridge.Cli;

/// <summary>The options of a command that starts a server: where it listens, and to whom. They are the server's own,
/// and are handed on.</summary>
internal sealed class ServingOptions
{
    private readonly List<Option<string?>> _single;
    private readonly Option<string[]>[] _lists =
    [
        new("--allow-host")
        {
            Description = "A name, besides localhost, that clients may know the server by; may be repeated",
            HelpName = "NAME",
        },
        new("--cors-origin")
        {
            Description = "An origin, such as https://example.org, whose pages may ask; may be repeated",
            HelpName = "ORIGIN",
        },
    ];

    private readonly CommonOptions _common;

    /// <param name="more">What this server has besides.</param>
    public ServingOptions(Command command, int port, params Option<string?>[] more)
    {
        _single =
        [
            Named("--port", "N", $"The port, by default {port}; 0 is any that is free"),
            Named("--listen", "ADDRESS", "The address, by default 127.0.0.1; others let other machines in"),
            Named("--api-key-file", "FILE", "A file with the key that clients send; else one is made up and printed"),
            .. more,
        ];
        foreach (Option option in _single.Concat<Option>(_lists)) command.Options.Add(option);
        _common = new CommonOptions(command);
    }

    public bool Json(ParseResult result) => _common.Json(result);

    public BridgeOptions ToBridgeOptions(ParseResult result) => _common.ToBridgeOptions(result);

    /// <summary>What the server's program is given.</summary>
    public List<string> Arguments(ParseResult result, BridgeOptions bridge)
    {
        List<string> arguments = [];
        foreach (Option<string?> option in _single)
        {
            if (result.GetValue(option) is { } value) arguments.AddRange([option.Name, value]);
        }
        foreach (Option<string[]> option in _lists)
        {
            foreach (string value in result.GetValue(option) ?? []) arguments.AddRange([option.Name, value]);
        }
        foreach ((string name, string value) in bridge.Settings ?? new Dictionary<string, string>())
        {
            arguments.AddRange(["--set", $"{name}={value}"]);
        }
        return arguments;
    }

    public static Option<string?> Named(string name, string value, string description) =>
        new(name) { Description = description, HelpName = value };
}
