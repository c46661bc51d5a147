using System.CommandLine;
using System.CommandLine.Parsing;

namespace LlmBridge.Cli;

/// <summary>The options that every command has; they are settings under shorter names.</summary>
internal sealed class CommonOptions
{
    private readonly Option<string?> _engine =
        new("--engine") { Description = "What runs, such as llama", HelpName = "NAME" };
    private readonly Option<string?> _model =
        new("--model", "-m") { Description = "A GGUF file, or a name of `llmbridge models`", HelpName = "FILE" };
    private readonly Option<string?> _isolation =
        new("--isolation") { Description = "Where the engine runs, such as pool", HelpName = "NAME" };
    private readonly Option<string?> _timeout = new("--timeout")
    {
        Description = "Limit on the whole call: milliseconds, or with a unit: 500ms, 30s, 2m, 1h",
        HelpName = "TIME",
    };

    private readonly Option<string[]> _set = new("--set")
    {
        Description = "Any setting by its name; may be repeated",
        HelpName = "NAME=VALUE",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object instead of text" };

    public CommonOptions(Command command)
    {
        _set.Validators.Add(RequireNameAndValue);
        foreach (Option option in new Option[] { _engine, _model, _isolation, _timeout, _set, _json })
        {
            command.Options.Add(option);
        }
    }

    public bool Json(ParseResult result) => result.GetValue(_json);

    /// <summary>The settings that the command line names, in an order in which later ones win. Nothing is checked
    /// here: the library knows what is allowed.</summary>
    public BridgeOptions ToBridgeOptions(ParseResult result)
    {
        var settings = new Dictionary<string, string>();
        foreach (string pair in result.GetValue(_set) ?? [])
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            settings[pair[..equals]] = pair[(equals + 1)..];
        }
        Add(settings, "engine", result.GetValue(_engine));
        var options = new BridgeOptions { Settings = settings };
        // The engine http asks a server, which has its own name for its model, whatever files are here.
        bool isServers = NamedSettings.Of(options, "engine") == "http";
        string? model = result.GetValue(_model);
        Add(settings, "model", model is null || isServers ? model : ModelCaches.Resolve(model));
        Add(settings, "isolation", result.GetValue(_isolation));
        Add(settings, "timeout_ms", InMilliseconds(result.GetValue(_timeout)));
        return options;
    }

    private static void Add(Dictionary<string, string> settings, string name, string? value)
    {
        if (value is not null) settings[name] = value;
    }

    private static void RequireNameAndValue(OptionResult result)
    {
        foreach (Token token in result.Tokens)
        {
            if (token.Value.IndexOf('=', StringComparison.Ordinal) <= 0)
            {
                result.AddError($"--set needs NAME=VALUE, not '{token.Value}'");
            }
        }
    }

    /// <summary>"30s" as "30000"; what is no time stays as it is, for the library to refuse by name.</summary>
    private static string? InMilliseconds(string? time)
    {
        if (time is null) return null;
        (string digits, long factor) = time switch
        {
            _ when time.EndsWith("ms", StringComparison.Ordinal) => (time[..^2], 1L),
            _ when time.EndsWith('s') => (time[..^1], 1000L),
            _ when time.EndsWith('m') => (time[..^1], 60_000L),
            _ when time.EndsWith('h') => (time[..^1], 3_600_000L),
            _ => (time, 1L),
        };
        var invariant = System.Globalization.CultureInfo.InvariantCulture;
        return double.TryParse(
            digits, System.Globalization.NumberStyles.AllowDecimalPoint, invariant, out double number)
            ? Math.Round(number * factor).ToString("0", invariant)
            : time;
    }
}
