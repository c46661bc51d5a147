using System.Text;

namespace LlmBridge.Cli;

/// <summary>Writes an answer to stdout as it comes, then one newline.</summary>
internal static class AnswerStream
{
    /// <param name="client">Who answers.</param>
    /// <param name="answer">The answer's pieces.</param>
    /// <param name="said">Gets what was written, also where that ends early; null where nobody asks.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task WriteAsync(
        LlmClient client, IAsyncEnumerable<string> answer, StringBuilder? said, CancellationToken cancellationToken)
    {
        await using Stream output = StandardOutput.Open();
        await using IAsyncEnumerator<string> pieces = answer.GetAsyncEnumerator(cancellationToken);
        bool more = await Progress.WhileStartingAsync(client, pieces.MoveNextAsync().AsTask());
        while (more)
        {
            // Each piece at once, as bytes: a writer's buffer would hold back what the reader waits for.
            await output.WriteAsync(Encoding.UTF8.GetBytes(pieces.Current), cancellationToken);
            await output.FlushAsync(cancellationToken);
            said?.Append(pieces.Current);
            more = await pieces.MoveNextAsync();
        }
        await output.WriteAsync("\n"u8.ToArray(), cancellationToken);
    }
}
