using System.Globalization;
using System.Text;
using System.Threading.Channels;
using LlmBridge.Interop;

namespace LlmBridge.Engines;

/// <summary>One request in progress, and what waits between the engine's code and the thread that serves. Only that
/// thread ends the request, and only when the engine's code has ended: until then it may look at it.</summary>
internal sealed class EngineWork : IDisposable
{
    private const int OutputsWaitingMax = 16;
    private const int PieceBytesMax = 32 * 1024;

    private readonly IEngine _engine;
    private readonly nint _handle;
    private readonly EngineBell _bell;
    private readonly EngineRequest _request;
    private readonly CancellationTokenSource _source = new();
    private readonly Channel<Output> _outputs =
        Channel.CreateBounded<Output>(
            new BoundedChannelOptions(OutputsWaitingMax) { SingleReader = true, SingleWriter = true });

    private long _pieces;
    private Exception? _failure;
    private bool _givenUp;
    private volatile bool _ended;

    public EngineWork(IEngine engine, nint handle, EngineBell bell)
    {
        _engine = engine;
        _handle = handle;
        _bell = bell;
        _request = new EngineRequest(handle);
        _ = Task.Run(RunAsync);
    }

    /// <summary>When this wants to be looked at; never again for its deadline once it was given up.</summary>
    public ulong DeadlineNs => _givenUp ? NativeClock.Never : _request.DeadlineNs;

    /// <summary>Writes what the channel has room for; true when the request is over.</summary>
    public bool PassOn()
    {
        bool ended = _ended; // looked at before the outputs: what came before the end is among them
        if (!_givenUp && NativeRequest.IsCancelled(_handle))
        {
            _givenUp = true;
            _ = _source.CancelAsync(); // not on this thread: who listens may take long
        }
        while (!_givenUp && _outputs.Reader.TryPeek(out Output output))
        {
            if (!TryWrite(output)) return false;
            _outputs.Reader.TryRead(out _);
        }
        if (ended) End();
        return ended;
    }

    public void Dispose() => _source.Dispose();

    public static LlmStatus StatusOf(Exception failure) => failure switch
    {
        EngineException e => e.Status,
        OperationCanceledException => LlmStatus.Cancelled,
        OutOfMemoryException => LlmStatus.OutOfMemory,
        _ => LlmStatus.EngineError,
    };

    public static string MessageOf(Exception failure) => failure switch
    {
        EngineException => failure.Message,
        OperationCanceledException => "cancelled",
        _ => $"{failure.GetType().Name}: {failure.Message}",
    };

    private async Task RunAsync()
    {
        try
        {
            await AnswerAsync(_source.Token).ConfigureAwait(false);
        }
        catch (Exception e) // whatever it was, the caller must hear of it
        {
            if (e is not (EngineException or OperationCanceledException))
            {
                await Console.Error.WriteLineAsync(e.ToString()).ConfigureAwait(false);
            }
            _failure = e;
        }
        _ended = true;
        _bell.Ring();
    }

    private async Task AnswerAsync(CancellationToken cancelled)
    {
        switch (_request.Kind)
        {
            case NativeRequestKind.Generate:
                await foreach (ReadOnlyMemory<byte> piece in _engine.GenerateUtf8Async(_request,
                    cancelled).ConfigureAwait(false))
                {
                    await WriteAsync(piece, cancelled).ConfigureAwait(false);
                }
                await WriteAsideAsync(NativeAside.Reasoning, _request.Reasoning, cancelled).ConfigureAwait(false);
                await WriteAsideAsync(NativeAside.ToolCalls, _request.ToolCalls, cancelled).ConfigureAwait(false);
                break;
            case NativeRequestKind.Embed:
                await foreach (float[] vector in _engine.EmbedAsync(_request, cancelled).ConfigureAwait(false))
                {
                    await PutAsync(new Output(default, vector), cancelled).ConfigureAwait(false);
                }
                break;
            case NativeRequestKind.Tokens:
                _request.PromptTokens = await _engine.CountTokensAsync(_request, cancelled).ConfigureAwait(false);
                break;
            case NativeRequestKind.Tokenize:
                IReadOnlyList<int> tokens = await _engine.TokenizeAsync(_request, cancelled).ConfigureAwait(false);
                await WriteAsync(Encoding.UTF8.GetBytes($"[{string.Join(',', tokens)}]"), cancelled)
                    .ConfigureAwait(false);
                break;
            case NativeRequestKind.Detokenize:
                string text = await _engine.DetokenizeAsync(_request, Tokens(_request.Prompt), cancelled)
                    .ConfigureAwait(false);
                await WriteAsync(Encoding.UTF8.GetBytes(text), cancelled).ConfigureAwait(false);
                break;
            case NativeRequestKind.Invoke:
                string? parameters = _request.Texts.Count > 1 ? _request.Texts[1] : null;
                string result =
                    await _engine.InvokeAsync(_request, _request.Prompt, parameters, cancelled).ConfigureAwait(false);
                await WriteAsync(Encoding.UTF8.GetBytes(result), cancelled).ConfigureAwait(false);
                break;
            default:
                throw EngineException.Unsupported(
                    $"the engine {_engine.Name} does not know requests of kind {_request.Kind}");
        }
    }

    private static int[] Tokens(string json) =>
        [.. json.Trim('[', ']').Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(number => int.Parse(number, CultureInfo.InvariantCulture))];

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> piece, CancellationToken cancelled)
    {
        for (int start = 0; start < piece.Length; start += PieceBytesMax)
        {
            ReadOnlyMemory<byte> part = piece.Slice(start, Math.Min(PieceBytesMax, piece.Length - start));
            await PutAsync(new Output(part, null), cancelled).ConfigureAwait(false);
        }
        _pieces++;
    }

    private async ValueTask WriteAsideAsync(NativeAside kind, string? text, CancellationToken cancelled)
    {
        if (string.IsNullOrEmpty(text)) return;
        await PutAsync(new Output(Encoding.UTF8.GetBytes(text), null, kind), cancelled).ConfigureAwait(false);
    }

    private async ValueTask PutAsync(Output output, CancellationToken cancelled)
    {
        await _outputs.Writer.WriteAsync(output, cancelled).ConfigureAwait(false);
        _bell.Ring();
    }

    private bool TryWrite(Output output)
    {
        LlmStatus status = output.Vector is { } vector
            ? NativeRequest.WriteVector(_handle, vector)
            : output.Aside is { } aside ? NativeRequest.WriteAside(_handle, aside, output.Piece.Span)
            : NativeRequest.Write(_handle, output.Piece.Span);
        if (status == LlmStatus.InvalidArgument)
        {
            _failure ??= new EngineException(LlmStatus.EngineError, "a vector is empty or too large, or a text");
        }
        return status != LlmStatus.NotReady;
    }

    private void End()
    {
        Exception? failure = _failure ?? (_givenUp ? new OperationCanceledException() : null);
        if (failure == null && _request.LogProbabilitiesJson is { Length: > 2 } odds && !WriteLogprobs(odds))
        {
            failure = new EngineException(LlmStatus.OutputTooLarge, "what is to be told of tokens is too much");
        }
        if (failure == null)
        {
            LlmFinishReason reason =
                string.IsNullOrEmpty(_request.ToolCalls) ? _request.FinishReason : LlmFinishReason.ToolCalls;
            NativeRequest.Done(_handle, reason, _request.PromptTokens, _request.CompletionTokens ?? _pieces);
            return;
        }
        LlmPhase usual = _request.Kind == NativeRequestKind.Embed ? LlmPhase.Embed : LlmPhase.Generate;
        NativeRequest.Fail(
            _handle, StatusOf(failure), (failure as EngineException)?.Phase ?? usual, MessageOf(failure));
    }

    /// <summary>The array without its brackets.</summary>
    private bool WriteLogprobs(string odds)
    {
        ReadOnlySpan<char> inside = odds.AsSpan().Trim()[1..^1];
        return inside.IsWhiteSpace() || NativeRequest.WriteLogprobs(_handle, inside.ToString()) == LlmStatus.Ok;
    }

    private readonly record struct Output(ReadOnlyMemory<byte> Piece, float[]? Vector, NativeAside? Aside = null);
}
