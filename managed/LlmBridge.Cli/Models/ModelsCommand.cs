using System.CommandLine;
using static LlmBridge.Cli.TerminalText;

namespace LlmBridge.Cli;

/// <summary>llmbridge models [FOLDER]...: the GGUF files that are on this machine already.</summary>
internal static class ModelsCommand
{
    public static Command Make()
    {
        var folders = new Argument<string[]>("FOLDER")
        {
            Description = "Where to look instead of the caches of Hugging Face, llama.cpp, LM Studio and Ollama",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object a line instead of text" };
        var command = new Command(
            "models", "Lists the GGUF files that other tools have fetched; -m NAME takes their names")
        {
            folders, json,
        };
        command.SetAction((result, _) => CommandRun.RunAsync(
            result.GetValue(json),
            interrupt => Task.FromResult(
                Print(result.GetValue(folders) ?? [], result.GetValue(json), interrupt.Token))));
        return command;
    }

    private static int Print(string[] folders, bool json, CancellationToken cancellationToken)
    {
        foreach (string folder in folders.Where(folder => !Directory.Exists(folder)))
        {
            throw new ArgumentException($"{OneLine(folder)} is no folder");
        }
        IReadOnlyList<FoundModel> models = folders.Length == 0
            ? ModelCaches.All()
            : [.. folders.SelectMany(folder => ModelFolders.Find(Path.GetFullPath(folder), "folder"))];
        if (models.Count == 0 && !json) Console.Error.WriteLine("llmbridge: no GGUF file was found");
        using Stream output = StandardOutput.Open();
        foreach (FoundModel model in models)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ModelJson line = Examine(model);
            output.Write(json
                ? Json.Line(line, Json.Readable.ModelJson)
                : System.Text.Encoding.UTF8.GetBytes(Describe(line)));
        }
        return ExitStatus.Ok;
    }

    /// <summary>The file is foreign: the library checks it, and what is wrong with it is told.</summary>
    private static ModelJson Examine(FoundModel model)
    {
        try
        {
            LlmModel known = LlmModel.Inspect(model.Path);
            return new ModelJson(
                model.Name, model.Source, model.Path, known.Architecture, known.Parameters, known.Quantisation,
                known.ContextLength, known.HasChatTemplate, known.FileBytes, null);
        }
        catch (LlmException e)
        {
            return new ModelJson(
                model.Name, model.Source, model.Path, null, null, null, null, null, null, e.Error.Message);
        }
    }

    private static string Describe(ModelJson model)
    {
        string what = model.Problem is { } problem
            ? $"cannot be used: {problem}"
            : $"{model.Architecture}, {model.Parameters} parameters, mostly {model.Quantisation}; context "
                + $"{model.ContextLength}; {(model.ChatTemplate == true ? "with a" : "no")} chat template; "
                + $"{model.FileBytes / 1024} KiB";
        return $"{OneLine(model.Name)}\n    {OneLine(what)}\n    {model.Source}: {OneLine(model.Path)}\n";
    }
}

/// <summary>A model as one JSON object on a line of stdout.</summary>
internal sealed record ModelJson(
    string Name, string Source, string Path, string? Architecture, long? Parameters, string? Quantisation,
    long? ContextLength, bool? ChatTemplate, long? FileBytes, string? Problem);
