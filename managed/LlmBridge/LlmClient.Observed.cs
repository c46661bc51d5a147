using System.Runtime.CompilerServices;
using System.Text.Json;

namespace LlmBridge;

/// <summary>The same calls for those who listen: each with a span, measurements and the log of what happened
/// meanwhile.</summary>
public sealed partial class LlmClient
{
    private async Task<LlmReply> AskObservedAsync(CallInput input, CancellationToken cancellationToken)
    {
        using CallTelemetry telemetry = _telemetry.BeginGenerate(input.Options);
        try
        {
            LlmReply reply = await AskQuietlyAsync(input, cancellationToken).ConfigureAwait(false);
            telemetry.Succeeded(reply);
            return reply;
        }
        catch (Exception e)
        {
            telemetry.Failed(e);
            throw;
        }
        finally
        {
            _telemetry.WriteEvents();
        }
    }

    private async Task<LlmEmbeddings> EmbedObservedAsync(
        IReadOnlyList<string> texts, CallOptions? options, CancellationToken cancellationToken)
    {
        using CallTelemetry telemetry = _telemetry.BeginEmbed(options);
        try
        {
            LlmEmbeddings embeddings = await EmbedQuietlyAsync(texts, options, cancellationToken).ConfigureAwait(false);
            telemetry.Succeeded(embeddings);
            return embeddings;
        }
        catch (Exception e)
        {
            telemetry.Failed(e);
            throw;
        }
        finally
        {
            _telemetry.WriteEvents();
        }
    }

    private async Task<LlmEmbedding> EmbedOneObservedAsync(
        string text, CallOptions? options, CancellationToken cancellationToken)
    {
        using CallTelemetry telemetry = _telemetry.BeginEmbed(options);
        try
        {
            LlmEmbedding embedding = await EmbedOneQuietlyAsync(text, options, cancellationToken).ConfigureAwait(false);
            telemetry.Succeeded(embedding);
            return embedding;
        }
        catch (Exception e)
        {
            telemetry.Failed(e);
            throw;
        }
        finally
        {
            _telemetry.WriteEvents();
        }
    }

    private async Task<JsonElement> InvokeObservedAsync(
        string method, string? parametersJson, CallOptions? options, CancellationToken cancellationToken)
    {
        using var telemetry = new CallTelemetry(method);
        try
        {
            return await InvokeQuietlyAsync(
                method, parametersJson, options, telemetry, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            telemetry.Failed(e);
            throw;
        }
        finally
        {
            _telemetry.WriteEvents();
        }
    }

    private async IAsyncEnumerable<string> StreamObservedAsync(
        CallInput input, Action<LlmReply>? atEnd, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using CallTelemetry telemetry = _telemetry.BeginGenerate(input.Options);
        IAsyncEnumerator<string> pieces =
            StreamPiecesAsync(input, Ended, cancellationToken).GetAsyncEnumerator(cancellationToken);
        try
        {
            while (await ObservedAsync(pieces.MoveNextAsync(), telemetry).ConfigureAwait(false))
            {
                yield return pieces.Current;
            }
        }
        finally
        {
            await pieces.DisposeAsync().ConfigureAwait(false);
            _telemetry.WriteEvents();
        }

        void Ended(LlmReply reply)
        {
            telemetry.Succeeded(reply);
            atEnd?.Invoke(reply);
        }
    }

    private static async ValueTask<bool> ObservedAsync(ValueTask<bool> next, CallTelemetry telemetry)
    {
        try
        {
            return await next.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            telemetry.Failed(e);
            throw;
        }
    }
}
