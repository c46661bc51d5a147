using System.Runtime.CompilerServices;
using LlmBridge.Interop;

namespace LlmBridge;

public sealed partial class LlmClient
{
    /// <summary>Computes the embedding of a text.</summary>
    /// <param name="text">Unicode text, not empty.</param>
    /// <param name="options">What this call asks for, such as pooling; what is not set is what the bridge says.</param>
    /// <param name="cancellationToken">Cancels the call, in the engine too.</param>
    /// <exception cref="ArgumentException">The text is empty or no text.</exception>
    /// <exception cref="LlmException">The call failed; its Error says how.</exception>
    /// <exception cref="LlmTimeoutException">A time limit passed; its Error says which.</exception>
    public Task<LlmEmbedding> EmbedAsync(
        string text, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        _telemetry.IsWanted
            ? EmbedOneObservedAsync(text, options, cancellationToken)
            : EmbedOneQuietlyAsync(text, options, cancellationToken);

    /// <summary>Computes the embeddings of several texts, which share the engine's work. More than 4096 texts are
    /// divided into calls of as many, one after the other; time limits hold for each call.</summary>
    /// <param name="texts">At least one text, none of them empty.</param>
    /// <param name="options">What this call asks for, such as pooling; what is not set is what the bridge says.</param>
    /// <param name="cancellationToken">Cancels the call, in the engine too.</param>
    /// <exception cref="ArgumentException">There is no text, or one is empty or no text.</exception>
    /// <exception cref="LlmException">The call failed; its Error says how.</exception>
    /// <exception cref="LlmTimeoutException">A time limit passed; its Error says which.</exception>
    public Task<LlmEmbeddings> EmbedAsync(
        IReadOnlyList<string> texts, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        _telemetry.IsWanted
            ? EmbedObservedAsync(texts, options, cancellationToken)
            : EmbedQuietlyAsync(texts, options, cancellationToken);

    private async Task<LlmEmbedding> EmbedOneQuietlyAsync(
        string text, CallOptions? options, CancellationToken cancellationToken)
    {
        CheckText(text);
        cancellationToken.ThrowIfCancellationRequested();
        _operations.Enter(this);
        try
        {
            using CallHandle call = StartEmbed(text, options);
            float[]? vector = await ReadVectorAsync(call, cancellationToken).ConfigureAwait(false);
            await ReadVectorAsync(call, cancellationToken).ConfigureAwait(false); // the end, which may still fail
            return MakeEmbedding(call, vector!);
        }
        finally
        {
            _operations.Exit();
        }
    }

    private async Task<LlmEmbeddings> EmbedQuietlyAsync(
        IReadOnlyList<string> texts, CallOptions? options, CancellationToken cancellationToken)
    {
        CheckTexts(texts);
        cancellationToken.ThrowIfCancellationRequested();
        _operations.Enter(this);
        try
        {
            var parts = new EmbeddingParts(texts.Count);
            do
            {
                await EmbedPartAsync(texts, parts, options, cancellationToken).ConfigureAwait(false);
            }
            while (parts.Whole is null);
            return parts.Whole;
        }
        finally
        {
            _operations.Exit();
        }
    }

    /// <summary>Embeds the next part of the texts, as many as one call takes.</summary>
    private async Task EmbedPartAsync(
        IReadOnlyList<string> texts, EmbeddingParts parts, CallOptions? options, CancellationToken cancellationToken)
    {
        try
        {
            using CallHandle call = StartEmbed(texts, parts.First, parts.Count, options);
            var vectors = new List<float[]>(parts.Count);
            while (await ReadVectorAsync(call, cancellationToken).ConfigureAwait(false) is { } vector)
            {
                vectors.Add(vector);
            }
            parts.Add(MakeEmbeddings(call, vectors));
        }
        catch (LlmException e) when (parts.Total > EmbeddingParts.TextsMax)
        {
            throw parts.Located(e);
        }
    }

    /// <summary>The next vector; null after the last.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<float[]?> ReadVectorAsync(CallHandle call, CancellationToken cancellationToken)
    {
        try
        {
            uint waitNs = _inlineWait.Begin();
            bool ready = NativeCall.TryReadVector(call, NativeClock.AfterNs(waitNs), out float[]? vector);
            _inlineWait.End(waitNs, ready);
            while (!ready)
            {
                await WaitAsync(call, null, cancellationToken).ConfigureAwait(false);
                ready = NativeCall.TryReadVector(call, 0, out vector);
            }
            return vector;
        }
        catch (LlmException e) when (e.Error.Status == LlmStatus.Cancelled && Ended(cancellationToken) is { } ended)
        {
            throw ended;
        }
    }

    private CallHandle StartEmbed(string text, CallOptions? options)
    {
        if (options is null) return NativeCall.StartEmbed(_bridge, text, SettingsHandle.None);
        using SettingsHandle settings = options.ToSettings();
        return NativeCall.StartEmbed(_bridge, text, settings);
    }

    private CallHandle StartEmbed(IReadOnlyList<string> texts, int first, int count, CallOptions? options)
    {
        if (options is null) return NativeCall.StartEmbed(_bridge, texts, first, count, SettingsHandle.None);
        using SettingsHandle settings = options.ToSettings();
        return NativeCall.StartEmbed(_bridge, texts, first, count, settings);
    }

    /// <summary>Counts the tokens of a text as the engine's model divides it, without a chat template. Starts the
    /// engine if it must.</summary>
    public async Task<long> CountTokensAsync(string text, CancellationToken cancellationToken = default)
    {
        CheckText(text);
        cancellationToken.ThrowIfCancellationRequested();
        _operations.Enter(this);
        AnswerText none = TakeText();
        try
        {
            using CallHandle call = NativeCall.StartCountTokens(_bridge, text);
            await ReadToEndAsync(call, none, cancellationToken).ConfigureAwait(false);
            NativeCall.Finish(call, out NativeResult result);
            return (long)result.prompt_tokens;
        }
        finally
        {
            Return(none);
            _telemetry.WriteEvents();
            _operations.Exit();
        }
    }

    /// <summary>The library checks the same, but cannot say which argument it was.</summary>
    private static void CheckTexts(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        if (texts.Count == 0) throw new ArgumentException("there is none to embed", nameof(texts));
        for (int i = 0; i < texts.Count; i++)
        {
            if (Fault(texts[i]) is { } fault)
            {
                throw new ArgumentException($"number {i + 1} of {texts.Count} {fault}", nameof(texts));
            }
        }
    }

    private static void CheckText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (Fault(text) is { } fault) throw new ArgumentException($"the text {fault}", nameof(text));
    }

    private static string? Fault(string? text)
    {
        if (text is null) return "is null";
        if (text.Length == 0) return "is empty";
        if (text.Contains('\0', StringComparison.Ordinal)) return "has a NUL in it";
        return Utf8.IsUnicode(text) ? null : "is not Unicode text: a surrogate stands alone";
    }

    private LlmEmbedding MakeEmbedding(CallHandle call, float[] vector)
    {
        NativeCall.Finish(call, out NativeResult result);
        return new LlmEmbedding
        {
            Vector = vector,
            Engine = EngineName(result.engine),
            Fallback = result.fallback != 0,
            Usage = Usage(result),
            Timings = Timings(result),
            Attempts = (int)result.attempts,
        };
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
