namespace LlmBridge.Cli;

/// <summary>Looks at each part in the order in which a call needs it, then makes a call.</summary>
internal static class Doctor
{
    private const string Question = "Who are you?";
    private const int AnswerTokens = 16;

    public static async Task<DoctorReport> ExamineAsync(BridgeOptions options, CancellationToken cancellationToken)
    {
        var report = new DoctorReport();
        if (!CheckLibrary(report)) return report;
        DoctorInstallation.Examine(report, options);
        DoctorShared.Examine(report, options);
        if (NamedSettings.Of(options, "engine") == "http")
        {
            await DoctorServers.ExamineAsync(report, name => NamedSettings.Of(options, name), cancellationToken);
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
            report.Bad("library", e.Error.Message,
                named ? "Correct LLMBRIDGE_LIBRARY, or unset it" : DoctorInstallation.Build);
            return false;
        }
    }

    private static async Task AskAsync(DoctorReport report, BridgeOptions options, CancellationToken cancellationToken)
    {
        try
        {
            await using LlmClient client = await LlmClient.OpenAsync(options, cancellationToken);
            LlmReply reply =
                await client.AskAsync(Question, new CallOptions { MaxOutputTokens = AnswerTokens }, cancellationToken);
            report.Answered = true;
            report.Good("ask",
                $"{reply.Engine} answered {reply.Usage.CompletionTokens} tokens in "
                + $"{reply.Timings.Total.TotalMilliseconds:0} ms, "
                + $"{reply.Timings.Start.TotalMilliseconds:0} of them to start");
            DoctorSandbox.Examine(
                report, client.SandboxLayers, NamedSettings.Of(options, "engine"),
                NamedSettings.Of(options, "isolation"), NamedSettings.Of(options, "sandbox"));
        }
        catch (LlmException e)
        {
            report.Failure = e.Error;
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
        catch (LlmException e)
        {
            report.Bad("embed", e.Message, Remedies.For(e.Error));
            return Remedies.For(report.Failure!);
        }
    }
}
