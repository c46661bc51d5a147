using System.CommandLine;

namespace LlmBridge.Cli;

/// <summary>llmbridge embed TEXT...: prints a vector per text.</summary>
internal static class EmbedCommand
{
    public static Command Make()
    {
        var texts = new Argument<string[]>("TEXT")
        {
            Description = "What to embed; - reads one text a line from stdin",
            Arity = ArgumentArity.OneOrMore,
        };
        var command =
            new Command("embed", "Computes embeddings and prints one JSON array of numbers per text") { texts };
        var options = new CommonOptions(command);
        command.SetAction((result, _) =>
        {
            bool json = options.Json(result);
            return CommandRun.RunAsync(
                json,
                interrupt => EmbedAsync(
                    result.GetRequiredValue(texts), options.ToBridgeOptions(result), json, interrupt.Token),
                LlmPhase.Embed);
        });
        return command;
    }

    private static async Task<int> EmbedAsync(
        string[] texts, BridgeOptions options, bool json, CancellationToken cancellationToken)
    {
        if (texts is ["-"]) texts = await ReadLinesAsync(cancellationToken);
        await using LlmClient client = await LlmClient.OpenAsync(options, cancellationToken);
        LlmEmbeddings embeddings = await client.EmbedAsync(texts, null, cancellationToken);
        await using Stream output = StandardOutput.Open();
        if (json)
        {
            byte[] line = Json.Line(EmbeddingsJson.Of(embeddings), Json.Readable.EmbeddingsJson);
            await output.WriteAsync(line, cancellationToken);
            return ExitStatus.Ok;
        }
        foreach (float[] vector in embeddings.Vectors)
        {
            await output.WriteAsync(Json.Line(vector, Json.Readable.SingleArray), cancellationToken);
        }
        return ExitStatus.Ok;
    }

    private static async Task<string[]> ReadLinesAsync(CancellationToken cancellationToken)
    {
        string[] lines = (await StandardInput.ReadTextAsync(cancellationToken)).Split('\n');
        int empty = Array.FindIndex(lines, line => line.TrimEnd('\r').Length == 0);
        if (empty < 0) return lines;
        string message = lines.Length == 1
            ? "stdin is empty; it has one text a line"
            : $"line {empty + 1} of stdin is empty; each line is a text";
        throw new LlmException(new LlmError
        {
            Status = LlmStatus.InvalidArgument,
            Phase = LlmPhase.Configure,
            Message = message,
            RetrySafe = true,
        });
    }
}
