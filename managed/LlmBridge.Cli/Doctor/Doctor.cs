namespace LlmBridge.Cli;

/// <summary>Looks at each part in the order in which a call needs it, then makes a call.</summary>
internal static class Doctor
{
    private const string Build = "Build everything: dotnet build Bridge.sln";
    private const string Question = "Who are you?";
    private const int AnswerTokens = 16;

    public static async Task<DoctorReport> ExamineAsync(BridgeOptions options, CancellationToken cancellationToken)
    {
        var report = new DoctorReport();
        if (!CheckLibrary(report)) return report;
        string engine = Setting(options, "engine") ?? "llama";
        string? given = Setting(options, "home");
        string home = given ?? HomeOf(LlmLibrary.Path);
        CheckFile(report, "keeper", Path.Combine(home, "bin", "llmbridge-keeper"), given);
        CheckFile(report, "engine program", Path.Combine(home, "bin", "llmbridge-engine"), given);
        CheckFile(report, $"engine {engine}", Path.Combine(home, "lib", "llmbridge", engine + ".so"), given);
        if (engine == "llama")
        {
            CheckLlamaLibraries(report, Path.Combine(home, "lib", "llmbridge"));
            CheckModel(report, Setting(options, "model") ?? Path.Combine(home, "share", "llmbridge", "demo.gguf"));
        }
        await AskAsync(report, options, cancellationToken);
        return report;
    }

    private static bool CheckLibrary(DoctorReport report)
    {
        try
        {
            report.Good("library", $"{LlmLibrary.Path}, version {LlmLibrary.Version}, ABI {LlmLibrary.AbiVersion}");
            return true;
        }
        catch (LlmException e)
        {
            report.Failure = e.Error;
            bool named = Environment.GetEnvironmentVariable("LLMBRIDGE_LIBRARY") is { Length: > 0 };
            report.Bad("library", e.Error.Message, named ? "Correct LLMBRIDGE_LIBRARY, or unset it" : Build);
            return false;
        }
    }

    /// <summary>The folder that llmbridge is installed in, seen from its library: PREFIX/lib/libllmbridge.so.</summary>
    internal static string HomeOf(string library)
    {
        string file = File.ResolveLinkTarget(library, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(library);
        return Path.GetDirectoryName(Path.GetDirectoryName(file)) ?? "/";
    }

    private static void CheckFile(DoctorReport report, string name, string path, string? home)
    {
        if (File.Exists(path))
        {
            report.Good(name, path);
        }
        else
        {
            report.Bad(name, $"{path} does not exist",
                home is null ? Build : $"Correct the setting home, or LLMBRIDGE_HOME: it says {home}");
        }
    }

    private static void CheckLlamaLibraries(DoctorReport report, string folder)
    {
        string[] libraries = Directory.Exists(folder) ? Directory.GetFiles(folder, "libllama.*") : [];
        if (libraries.Length > 0)
        {
            report.Good("llama.cpp", libraries.Order(StringComparer.Ordinal).First());
        }
        else
        {
            report.Bad("llama.cpp", $"no libllama in {folder}",
                "Install npm and git, remove the folder build/release, and build again; "
                + "or configure with -DLLMBRIDGE_LLAMA_DIR=FOLDER");
        }
    }

    private static void CheckModel(DoctorReport report, string path)
    {
        try
        {
            LlmModel model = LlmModel.Inspect(path);
            report.Model = model;
            report.Good("model", $"{path}: {model.Name ?? "no name"}, {model.FileBytes / 1024} KiB");
            report.Good("model holds",
                $"{model.Architecture}, {model.Parameters} parameters, mostly {model.Quantisation}; "
                + $"{model.BlockCount} blocks of width {model.EmbeddingLength}, context {model.ContextLength}");
            report.Good("model speaks",
                $"{model.Tokenizer} tokenizer of {model.Vocabulary} tokens, "
                + $"{(model.HasChatTemplate ? "with a" : "no")} chat template");
        }
        catch (LlmException e)
        {
            report.Bad("model", e.Error.Message, "Give a GGUF file with --model FILE or LLMBRIDGE_MODEL");
        }
    }

    private static async Task AskAsync(DoctorReport report, BridgeOptions options, CancellationToken cancellationToken)
    {
        try
        {
            await using LlmClient client = await LlmClient.OpenAsync(options, cancellationToken);
            LlmReply reply =
                await client.AskAsync(Question, new CallOptions { MaxTokens = AnswerTokens }, cancellationToken);
            report.Answered = true;
            report.Good("ask",
                $"{reply.Engine} answered {reply.Usage.CompletionTokens} tokens in "
                + $"{reply.Timings.Total.TotalMilliseconds:0} ms, "
                + $"{reply.Timings.Start.TotalMilliseconds:0} of them to start");
            DoctorSandbox.Examine(
                report, client.SandboxLayers, Setting(options, "engine"), Setting(options, "isolation"),
                Setting(options, "sandbox"));
        }
        catch (Exception e) when (e is ILlmFailure)
        {
            report.Failure = ((ILlmFailure)e).Error;
            string remedy = report.Failure.Status == LlmStatus.Unsupported
                ? await EmbedAsync(report, options, cancellationToken)
                : Remedies.For(report.Failure);
            report.Bad("ask", e.Message, remedy);
        }
    }

    /// <summary>What a model that does not answer can do; the remedy.</summary>
    private static async Task<string> EmbedAsync(
        DoctorReport report, BridgeOptions options, CancellationToken cancellationToken)
    {
        try
        {
            await using LlmClient client = await LlmClient.OpenAsync(options, cancellationToken);
            LlmEmbeddings embeddings = await client.EmbedAsync([Question], null, cancellationToken);
            report.Good("embed",
                $"{embeddings.Engine} made a vector of {embeddings.Dimension} numbers in "
                + $"{embeddings.Timings.Total.TotalMilliseconds:0} ms");
            return "This model embeds and does not answer: use it with embed, or give one that generates";
        }
        catch (Exception e) when (e is ILlmFailure)
        {
            report.Bad("embed", e.Message, Remedies.For(((ILlmFailure)e).Error));
            return Remedies.For(report.Failure!);
        }
    }

    private static string? Setting(BridgeOptions options, string name)
    {
        if (options.Settings?.GetValueOrDefault(name) is { } value) return value;
        return Environment.GetEnvironmentVariable("LLMBRIDGE_" + name.ToUpperInvariant()) is { Length: > 0 } text
            ? text
            : null;
    }
}
