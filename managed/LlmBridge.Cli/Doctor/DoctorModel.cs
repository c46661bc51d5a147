namespace LlmBridge.Cli;

/// <summary>What is told of a model's file.</summary>
internal static class DoctorModel
{
    public static void Examine(DoctorReport report, string path)
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
}
