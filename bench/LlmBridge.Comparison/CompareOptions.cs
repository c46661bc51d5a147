namespace LlmBridge.Comparison;

/// <summary>What the command line says.</summary>
internal sealed record CompareOptions
{
    public const string Usage = """
        Usage: LlmBridge.Comparison [--quick] [--only WAY,...] [--threads N] [--model FILE] [--prefix DIR] [--out DIR]
               LlmBridge.Comparison --render FILE.json [--out DIR]
          --quick    about a minute instead of eight, with fewer rounds: a look, not a result
          --only     some of: bridge,inprocess,node,popen,daemon,http
          --threads  what every way computes with; all processors unless it is given
          --model    one model for everything, in place of the three that are made for it
          --prefix   where the native part is installed; artifacts/native unless it is given
          --out      where the results go; bench/results unless it is given
          --render   makes the page anew from a result
        """;

    public bool Quick { get; private init; }

    public IReadOnlyList<string> Only { get; private init; } = [.. Way.All.Select(way => way.Key)];

    public int Threads { get; private init; } = Environment.ProcessorCount;

    public string? Model { get; private init; }

    public string Prefix { get; private init; } = Repository.At("artifacts/native");

    public string Out { get; private init; } = Repository.At("bench/results");

    public string? Render { get; private init; }

    /// <summary>The command as it was given.</summary>
    public string Command { get; private init; } = "";

    /// <summary>Null if the arguments are wrong.</summary>
    public static CompareOptions? Parse(string[] arguments)
    {
        var options = new CompareOptions { Command = string.Join(' ', arguments) };
        for (int i = 0; i < arguments.Length; i++)
        {
            CompareOptions? next = arguments[i] == "--quick" ? options with { Quick = true }
                : i + 1 < arguments.Length ? options.With(arguments[i], arguments[++i])
                : null;
            if (next == null) return null;
            options = next;
        }
        return options.Only.All(key => Way.All.Any(way => way.Key == key)) ? options : null;
    }

    private CompareOptions? With(string name, string value) => name switch
    {
        "--only" => this with { Only = value.Split(',') },
        "--threads" => int.TryParse(value, out int threads) && threads > 0 ? this with { Threads = threads } : null,
        "--model" => this with { Model = Path.GetFullPath(value) },
        "--prefix" => this with { Prefix = Path.GetFullPath(value) },
        "--out" => this with { Out = Path.GetFullPath(value) },
        "--render" => this with { Render = value },
        _ => null,
    };
}
