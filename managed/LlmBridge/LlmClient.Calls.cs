using System.Buffers;
using System.Runtime.CompilerServices;
using LlmBridge.Interop;

namespace LlmBridge;

public sealed partial class LlmClient
{
    private const int PieceBytes = 4096;
    private const int SpareTextsMax = 32;

    private readonly InlineWait _inlineWait = new();
    private readonly Spares<AnswerText> _spareTexts = new(SpareTextsMax);
    private string _engineName = "";

    /// <summary>Asks and waits for the whole answer.</summary>
    /// <param name="prompt">The prompt: Unicode text, not empty.</param>
    /// <param name="options">What this call asks for; what is not set is what the bridge says.</param>
    /// <param name="cancellationToken">Cancels the call, in the engine too.</param>
    /// <exception cref="ArgumentException">The prompt is empty or no text, or a conversation stands beside
    /// it.</exception>
    /// <exception cref="LlmException">The call failed; its Error says how.</exception>
    /// <exception cref="LlmTimeoutException">A time limit passed; its Error says which.</exception>
    /// <exception cref="OperationCanceledException">The caller's token, or the client's disposal, ended the
    /// call.</exception>
    public Task<LlmReply> AskAsync(
        string prompt, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        AskAsync(CallInput.Of(prompt, options), cancellationToken);

    internal Task<LlmReply> AskAsync(CallInput input, CancellationToken cancellationToken) =>
        _telemetry.IsWanted ? AskObservedAsync(input, cancellationToken) : AskQuietlyAsync(input, cancellationToken);

    private async Task<LlmReply> AskQuietlyAsync(CallInput input, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _operations.Enter(this);
        AnswerText text = TakeText();
        try
        {
            using CallHandle call = StartCall(input);
            await ReadToEndAsync(call, text, cancellationToken).ConfigureAwait(false);
            return MakeReply(call, text.Bytes.Span);
        }
        finally
        {
            Return(text);
            _operations.Exit();
        }
    }

    /// <summary>Asks, and gives out the answer piece by piece as the engine makes it. Leaving the loop early cancels
    /// the call.</summary>
    /// <param name="prompt">The prompt: Unicode text, not empty.</param>
    /// <param name="options">What this call asks for; what is not set is what the bridge says.</param>
    /// <param name="cancellationToken">Cancels the call, in the engine too.</param>
    /// <exception cref="ArgumentException">The prompt is empty or no text, or a conversation stands beside
    /// it.</exception>
    /// <exception cref="LlmException">The call failed; its Error says how. Pieces given out before stay
    /// valid.</exception>
    /// <exception cref="LlmTimeoutException">A time limit passed; its Error says which.</exception>
    public IAsyncEnumerable<string> StreamAsync(
        string prompt, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        StreamAsync(CallInput.Of(prompt, options), null, cancellationToken);

    private IAsyncEnumerable<string> StreamAsync(
        CallInput input, Action<LlmReply>? atEnd, CancellationToken cancellationToken) =>
        _telemetry.IsWanted
            ? StreamObservedAsync(input, atEnd, cancellationToken)
            : StreamPiecesAsync(input, atEnd, cancellationToken);

    /// <param name="atEnd">Told what is known of the call once its answer is complete.</param>
    private async IAsyncEnumerable<string> StreamPiecesAsync(
        CallInput input, Action<LlmReply>? atEnd, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using CallHandle call = StartCall(input);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            int size;
            while ((size = await ReadAsync(call, buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                yield return Utf8.Answer(buffer.AsSpan(0, size));
            }
            atEnd?.Invoke(MakeReply(call, []));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The next piece of a stream, 0 at its end. Counts as an operation only while it runs: between pieces the
    /// client may be disposed.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadAsync(CallHandle call, byte[] buffer, CancellationToken cancellationToken)
    {
        if (_operations.IsClosing) throw Disposed();
        _operations.Enter(this);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            uint waitNs = _inlineWait.Begin();
            int read = NativeCall.Read(call, buffer, NativeClock.AfterNs(waitNs));
            _inlineWait.End(waitNs, read != NativeCall.NotReady);
            while (read == NativeCall.NotReady)
            {
                await WaitAsync(call, null, cancellationToken).ConfigureAwait(false);
                read = NativeCall.Read(call, buffer, 0);
            }
            return read;
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

    /// <summary>Reads a whole answer.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReadToEndAsync(CallHandle call, AnswerText text, CancellationToken cancellationToken)
    {
        try
        {
            uint waitNs = _inlineWait.Begin();
            bool ended = text.Read(call, NativeClock.AfterNs(waitNs));
            _inlineWait.End(waitNs, ended);
            while (!ended)
            {
                await WaitAsync(call, text, cancellationToken).ConfigureAwait(false);
                ended = text.Read(call, 0);
            }
        }
        catch (LlmException e) when (e.Error.Status == LlmStatus.Cancelled && Ended(cancellationToken) is { } reason)
        {
            throw reason;
        }
    }

    private AnswerText TakeText() => _spareTexts.TryTake() ?? new AnswerText();

    private void Return(AnswerText text)
    {
        text.Clear();
        _spareTexts.Return(text);
    }

    private CallHandle StartCall(CallInput input)
    {
        _operations.Enter(this);
        try
        {
            if (input is { Options: null, MessagesJson: null })
            {
                return NativeCall.Start(_bridge, input.Prompt, SettingsHandle.None);
            }
            using SettingsHandle settings = SettingsWriter.Make(input.WriteTo);
            return NativeCall.Start(_bridge, input.Prompt, settings);
        }
        finally
        {
            _operations.Exit();
        }
    }

    /// <summary>Waits for news of the call. Throws when the wait ended for another reason: the call must then be
    /// closed.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WaitAsync(CallHandle call, ICallReader? reader, CancellationToken cancellationToken)
    {
        await _pump.WaitAsync(call, reader, cancellationToken).ConfigureAwait(false);
        if (Ended(cancellationToken) is { } ended) throw ended;
    }

    /// <summary>The exception for a call that the caller or the client's disposal has ended; null if neither
    /// has.</summary>
    private OperationCanceledException? Ended(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return new OperationCanceledException(cancellationToken);
        return _operations.IsClosing ? Disposed() : null;
    }

    private LlmReply MakeReply(CallHandle call, ReadOnlySpan<byte> answer)
    {
        NativeCall.Finish(call, out NativeResult result);
        CallDetails details = NativeCall.Details(call);
        return new LlmReply
        {
            Text = Utf8.Answer(answer),
            Engine = EngineName(result.engine),
            Fallback = result.fallback != 0,
            FinishReason = (LlmFinishReason)result.finish_reason,
            Usage = Usage(result) with { CachedPromptTokens = details.CachedPromptTokens },
            Timings = Timings(result),
            Attempts = (int)result.attempts,
            Replaced = details.Replaced,
            Constrained = details.Constrained,
            LogProbabilities = details.HasLogprobs ? Probabilities(call) : null,
            ToolParse = details.ToolParse,
            Reasoning = details.HasReasoning ? NativeCall.Reasoning(call) : "",
            ToolCalls = (LlmFinishReason)result.finish_reason == LlmFinishReason.ToolCalls
                ? ToolCallsRead.Of(NativeCall.ToolCalls(call))
                : [],
        };
    }

    private static LlmUsage Usage(in NativeResult result) =>
        new((long)result.prompt_tokens, (long)result.completion_tokens);

    private static LlmTimings Timings(in NativeResult result) => new(
        TimeSpan.FromMilliseconds(result.queue_ms),
        TimeSpan.FromMilliseconds(result.start_ms),
        TimeSpan.FromMilliseconds(result.first_token_ms),
        TimeSpan.FromMilliseconds(result.total_ms));

    /// <summary>The engine's name as a string, made anew only when another engine answers than last time.</summary>
    private string EngineName(ReadOnlySpan<byte> field)
    {
        string known = _engineName;
        return Utf8.Equal(field, known) ? known : _engineName = Utf8.Text(field);
    }
}
