using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using LlmBridge.OpenAI;

namespace LlmBridge.Web;

/// <summary>The arguments that all servers of llmbridge have.</summary>
internal sealed class ServerArguments
{
    private readonly Option<string[]> _set = new("--set")
    {
        Description = "A setting of llmbridge by its name; may be repeated",
        HelpName = "NAME=VALUE",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<int> _port = new("--port") { Description = "The port; 0 is any that is free" };

    private readonly Option<string> _listen = new("--listen")
    {
        Description = "The address; others than loopback let other machines in",
        HelpName = "ADDRESS",
        DefaultValueFactory = _ => "127.0.0.1",
    };

    private readonly Option<string?> _keyFile = new("--api-key-file")
    {
        Description = "A file with the key that clients send; without it one is made up and printed",
        HelpName = "FILE",
    };

    private readonly Option<string[]> _hosts = new("--allow-host")
    {
        Description = "A name, besides localhost, that clients may know this server by; may be repeated",
        HelpName = "NAME",
    };

    private readonly Option<string[]> _origins = new("--cors-origin")
    {
        Description = "An origin, such as https://example.org, whose pages may ask; may be repeated",
        HelpName = "ORIGIN",
    };

    private readonly Option<bool> _untilInputEnds = new("--until-input-ends")
    {
        Description = "End when the standard input does",
    };

    public ServerArguments(Command command, int port)
    {
        _set.Validators.Add(RequireNameAndValue);
        _port.DefaultValueFactory = _ => port;
        _port.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > ushort.MaxValue) result.AddError("--port is 0 to 65535");
        });
        _listen.Validators.Add(result =>
        {
            string text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "127.0.0.1";
            if (!IPAddress.TryParse(text, out _)) result.AddError("--listen needs an IP address");
        });
        Option[] all = [_set, _port, _listen, _keyFile, _hosts, _origins, _untilInputEnds];
        foreach (Option option in all) command.Options.Add(option);
    }

    public int Port(ParseResult result) => result.GetValue(_port);

    public IPAddress Address(ParseResult result) => IPAddress.Parse(result.GetValue(_listen)!);

    /// <summary>True where the end of the standard input ends the server.</summary>
    public bool EndsWithInput(ParseResult result) => result.GetValue(_untilInputEnds);

    /// <summary>The settings of llmbridge, by name.</summary>
    public Dictionary<string, string> Settings(ParseResult result)
    {
        var settings = new Dictionary<string, string>();
        foreach (string pair in result.GetValue(_set) ?? [])
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            settings[pair[..equals]] = pair[(equals + 1)..];
        }
        return settings;
    }

    /// <summary>Who may ask.</summary>
    /// <exception cref="FormatException">The file of the key holds none.</exception>
    public async Task<AccessRules> AccessAsync(ParseResult result) => new()
    {
        Key = result.GetValue(_keyFile) is { } file ? await ApiKeyFile.ReadAsync(file) : AccessRules.MakeKey(),
        IsKeyMadeUp = result.GetValue(_keyFile) is null,
        Hosts = result.GetValue(_hosts) ?? [],
        Origins = result.GetValue(_origins) ?? [],
    };

    private static void RequireNameAndValue(OptionResult result)
    {
        foreach (Token token in result.Tokens)
        {
            if (token.Value.IndexOf('=', StringComparison.Ordinal) > 0) continue;
            result.AddError($"--set needs NAME=VALUE, not '{token.Value}'");
        }
    }
}
