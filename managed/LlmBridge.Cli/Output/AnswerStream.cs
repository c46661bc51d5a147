using System.Text;

namespace LlmBridge.Cli;

/// <summary>Writes an answer to stdout as it comes, then one newline.</summary>
internal static class AnswerStream
{
    public static async Task<string> WriteAsync(
        LlmClient client, IAsyncEnumerable<string> answer, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        await using Stream output = StandardOutput.Open();
        await using IAsyncEnumerator<string> pieces = answer.GetAsyncEnumerator(cancellationToken);
        bool more = await Progress.WhileStartingAsync(client, pieces.MoveNextAsync().AsTask());
        while (more)
        {
            // Each piece at once, as bytes: a writer's buffer would hold back what the reader waits for.
            await output.WriteAsync(Encoding.UTF8.GetBytes(pieces.Current), cancellationToken);
            await output.FlushAsync(cancellationToken);
            text.Append(pieces.Current);
            more = await pieces.MoveNextAsync();
        }
        await output.WriteAsync("\n"u8.ToArray(), cancellationToken);
        return text.ToString();
    }
}
