using System.CommandLine;
using System.CommandLine.Parsing;
using LlmBridge.OpenAI;

namespace LlmBridge.Serve;

/// <summary>The program's arguments.</summary>
internal static class ServeCommand
{
    private const int WrongUsage = 2;

    public static RootCommand Make()
    {
        var set = new Option<string[]>("--set")
        {
            Description = "A setting of llmbridge by its name; may be repeated",
            HelpName = "NAME=VALUE",
            Arity = ArgumentArity.OneOrMore,
        };
        set.Validators.Add(RequireNameAndValue);
        var port = new Option<int>("--port")
        {
            Description = "The port; 0 is any that is free",
            DefaultValueFactory = _ => 8080,
        };
        port.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > ushort.MaxValue) result.AddError("--port is 0 to 65535");
        });
        var listen = new Option<string>("--listen")
        {
            Description = "The address; others than loopback let other machines in",
            HelpName = "ADDRESS",
            DefaultValueFactory = _ => "127.0.0.1",
        };
        listen.Validators.Add(result =>
        {
            string text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "127.0.0.1";
            if (!System.Net.IPAddress.TryParse(text, out _)) result.AddError("--listen needs an IP address");
        });
        var keyFile = new Option<string?>("--api-key-file")
        {
            Description = "A file with the key that clients send; without it one is made up and printed",
            HelpName = "FILE",
        };
        var name = new Option<string?>("--model-name")
        {
            Description = "What clients call the model; by default the model's own name",
            HelpName = "NAME",
        };
        var hosts = new Option<string[]>("--allow-host")
        {
            Description = "A name, besides localhost, that clients may know this server by; may be repeated",
            HelpName = "NAME",
        };
        var origins = new Option<string[]>("--cors-origin")
        {
            Description = "An origin, such as https://example.org, whose pages may ask; may be repeated",
            HelpName = "ORIGIN",
        };
        var untilInputEnds = new Option<bool>("--until-input-ends")
        {
            Description = "End when the standard input does",
        };
        var root = new RootCommand("The gateway: an OpenAI-compatible server before llmbridge's engines")
        {
            set, port, listen, keyFile, name, hosts, origins, untilInputEnds,
        };
        root.HelpName = "llmbridge-serve";
        root.SetAction((result, cancelled) => RunAsync(
            async () => new ServeOptions
            {
                Settings = Settings(result.GetValue(set) ?? []),
                Port = result.GetValue(port),
                Address = System.Net.IPAddress.Parse(result.GetValue(listen)!),
                Key = result.GetValue(keyFile) is { } file ? await ApiKeyFile.ReadAsync(file) : ServeOptions.MakeKey(),
                IsKeyMadeUp = result.GetValue(keyFile) is null,
                ModelName = result.GetValue(name),
                Hosts = result.GetValue(hosts) ?? [],
                Origins = result.GetValue(origins) ?? [],
                EndsWithInput = result.GetValue(untilInputEnds),
            },
            cancelled));
        return root;
    }

    private static async Task<int> RunAsync(Func<Task<ServeOptions>> options, CancellationToken cancelled)
    {
        try
        {
            await Gateway.RunAsync(await options(), cancelled);
            return 0;
        }
        catch (LlmException e)
        {
            await Console.Error.WriteLineAsync($"llmbridge-serve: {e.Message}");
            return 10 + (int)e.Error.Status;
        }
        catch (Exception e) when (e is IOException or FormatException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"llmbridge-serve: {e.Message}");
            return WrongUsage;
        }
    }

    private static Dictionary<string, string> Settings(string[] pairs)
    {
        var settings = new Dictionary<string, string>();
        foreach (string pair in pairs)
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            settings[pair[..equals]] = pair[(equals + 1)..];
        }
        return settings;
    }

    private static void RequireNameAndValue(OptionResult result)
    {
        foreach (Token token in result.Tokens)
        {
            if (token.Value.IndexOf('=', StringComparison.Ordinal) > 0) continue;
            result.AddError($"--set needs NAME=VALUE, not '{token.Value}'");
        }
    }
}
