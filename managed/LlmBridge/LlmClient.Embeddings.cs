using LlmBridge.Interop;

namespace LlmBridge;

public sealed partial class LlmClient
{
    /// <summary>Room for the vectors of most models; for others one read is made twice.</summary>
    private const int DimensionFirst = 1024;

    /// <summary>Computes the embedding of a text.</summary>
    /// <param name="text">Unicode text, not empty.</param>
    /// <param name="options">What this call asks for, such as pooling; what is not set is what the bridge says.</param>
    /// <param name="cancellationToken">Cancels the call, in the engine too.</param>
    public async Task<float[]> EmbedAsync(string text, CallOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return (await EmbedAsync([text], options, cancellationToken).ConfigureAwait(false)).Vectors[0];
    }

    /// <summary>Computes the embeddings of several texts, which share the engine's work.</summary>
    /// <param name="texts">1 to 4096 texts, none of them empty.</param>
    /// <param name="options">What this call asks for, such as pooling; what is not set is what the bridge says.</param>
    /// <param name="cancellationToken">Cancels the call, in the engine too.</param>
    /// <exception cref="LlmException">The call failed; its Error says how.</exception>
    /// <exception cref="LlmTimeoutException">A time limit passed; its Error says which.</exception>
    public Task<LlmEmbeddings> EmbedAsync(
        IReadOnlyList<string> texts, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        _telemetry.IsWanted ? EmbedObservedAsync(texts, options, cancellationToken) : EmbedQuietlyAsync(texts, options, cancellationToken);

    private async Task<LlmEmbeddings> EmbedQuietlyAsync(IReadOnlyList<string> texts, CallOptions? options, CancellationToken cancellationToken)
    {
        CheckTexts(texts);
        cancellationToken.ThrowIfCancellationRequested();
        _operations.Enter(this);
        try
        {
            using CallHandle call = StartEmbed(texts, options);
            float[] buffer = new float[DimensionFirst];
            var vectors = new List<float[]>(texts.Count);
            ulong waitNs = InlineWaitNs;
            while (true)
            {
                int dimension = NativeCall.ReadVector(call, buffer, NativeClock.NowNs() + waitNs);
                waitNs = 0;
                if (dimension == 0) return MakeEmbeddings(call, vectors);
                if (dimension == NativeCall.NotReady) await WaitAsync(call, cancellationToken).ConfigureAwait(false);
                else if (dimension > buffer.Length) buffer = new float[dimension];
                else vectors.Add(buffer.AsSpan(0, dimension).ToArray());
            }
        }
        catch (LlmException e) when (e.Error.Status == LlmStatus.Cancelled && Ended(cancellationToken) is { } ended)
        {
            throw ended;
        }
        finally
        {
            _operations.Exit();
        }
    }

    /// <summary>Counts the tokens of a text as the engine's model divides it, without a chat template. Starts the engine
    /// if it must.</summary>
    public async Task<long> CountTokensAsync(string text, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            using CallHandle call = Guarded(() => NativeCall.StartCountTokens(_bridge, text));
            await ReadAsync(call, new byte[RoomBytes], cancellationToken).ConfigureAwait(false); // its end: there is no text
            NativeCall.Finish(call, out NativeResult result);
            return (long)result.prompt_tokens;
        }
        finally
        {
            _telemetry.WriteEvents();
        }
    }

    /// <summary>The library checks the same, but cannot say which argument it was.</summary>
    private static void CheckTexts(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        if (texts.Count == 0) NativeStatus.Throw(LlmStatus.InvalidArgument, LlmPhase.Configure, "texts: there is none to embed");
        for (int i = 0; i < texts.Count; i++)
        {
            if (texts[i] is "") NativeStatus.Throw(LlmStatus.InvalidArgument, LlmPhase.Configure, $"texts: number {i + 1} of {texts.Count} is empty");
        }
    }

    private LlmEmbeddings MakeEmbeddings(CallHandle call, List<float[]> vectors)
    {
        NativeCall.Finish(call, out NativeResult result);
        return new LlmEmbeddings
        {
            Vectors = vectors,
            Engine = EngineName(result.engine),
            Fallback = result.fallback != 0,
            Usage = Usage(result),
            Timings = Timings(result),
            Attempts = (int)result.attempts,
        };
    }
}
