namespace LlmBridge.OpenAI;

/// <summary>Texts whose vectors the servers are asked for.</summary>
public sealed class EmbeddingsRequest(Replicas replicas, RequestLimits limits)
{
    /// <summary>How many texts go with one request.</summary>
    public const int TextsMax = 64;

    private readonly RetryDecision _retry = new(limits, replicas.Count);

    /// <summary>The vectors of at most <see cref="TextsMax"/> texts, in order.</summary>
    /// <exception cref="ServerException">No server gave them.</exception>
    public async Task<float[][]> AskAsync(IReadOnlyList<string> texts, CancellationToken cancelled)
    {
        ArgumentNullException.ThrowIfNull(texts);
        Replica? failed = null;
        while (true)
        {
            Replica replica = replicas.Take(failed);
            bool? works = null;
            TimeSpan wait;
            try
            {
                ServerConnection.Found found = await replica.Server.FindAsync(cancelled).ConfigureAwait(false);
                byte[] question = EmbeddingsAnswer.Body(found.Model, texts);
                using HttpResponseMessage response = await replica.Server
                    .PostAsync(found.Root + "/embeddings", question, cancelled).ConfigureAwait(false);
                byte[] body = await ServerConnection.ReadAllAsync(response, cancelled).ConfigureAwait(false);
                works = true;
                return EmbeddingsAnswer.Read(body, texts.Count);
            }
            catch (ServerException e)
            {
                works ??= !e.IsServersFault;
                failed = replica;
                wait = _retry.After(e);
            }
            finally
            {
                if (works is { } known) replicas.GiveBack(replica, known);
                else replicas.GiveBack(replica);
            }
            if (wait > TimeSpan.Zero) await Task.Delay(wait, cancelled).ConfigureAwait(false);
        }
    }
}
