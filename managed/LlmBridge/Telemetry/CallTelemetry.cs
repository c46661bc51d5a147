using System.Diagnostics;

namespace LlmBridge;

/// <summary>What one call tells those who listen: a span and measurements, by OpenTelemetry's conventions for
/// generative AI. No text of prompts or answers is in it. A call that is left before its end counts as
/// cancelled.</summary>
internal sealed class CallTelemetry : IDisposable
{
    private const string ErrorCancelled = "cancelled";

    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly string _operation;
    private readonly string? _model;
    private readonly Activity? _span;
    private bool _ended;

    /// <param name="operation">One of TelemetryNames' operations.</param>
    /// <param name="model">The model's name, null where it is not known.</param>
    public CallTelemetry(string operation, string? model, KnownSettings settings)
        : this(operation, model, model)
    {
        if (_span is { IsAllDataRequested: true }) DescribeRequest(_span, settings);
    }

    /// <param name="method">The method of a daemon: a name in its program, no text of a call.</param>
    public CallTelemetry(string method)
        : this(TelemetryNames.OperationInvoke, null, method)
    {
        _span?.SetTag(TelemetryNames.RpcSystem, TelemetryNames.RpcSystemJson).SetTag(TelemetryNames.RpcMethod, method);
    }

    private CallTelemetry(string operation, string? model, string? target)
    {
        _operation = operation;
        _model = model;
        _span = CallInstruments.Spans.StartActivity(target is null ? operation : $"{operation} {target}",
            ActivityKind.Client, default(ActivityContext), Tags());
    }

    public void Succeeded(LlmReply reply)
    {
        _span?.SetTag(TelemetryNames.FinishReasons, new[] { reply.FinishReason.Name() });
        _span?.SetTag(TelemetryNames.OutputTokens, reply.Usage.CompletionTokens);
        CallInstruments.TokenUsage.Record(
            reply.Usage.CompletionTokens, [.. Tags(), new(TelemetryNames.TokenType, "output")]);
        if (reply.Timings.FirstToken > TimeSpan.Zero)
        {
            CallInstruments.TimeToFirstToken.Record(reply.Timings.FirstToken.TotalSeconds, Tags());
        }
        Succeeded(reply.Engine, reply.Fallback, reply.Attempts, reply.Usage, reply.Timings);
    }

    public void Succeeded(LlmEmbeddings embeddings) =>
        Succeeded(embeddings.Engine, embeddings.Fallback, embeddings.Attempts, embeddings.Usage, embeddings.Timings);

    public void Succeeded(LlmEmbedding embedding) =>
        Succeeded(embedding.Engine, embedding.Fallback, embedding.Attempts, embedding.Usage, embedding.Timings);

    /// <summary>A daemon's method has given its result, which costs no tokens.</summary>
    public void Invoked(LlmReply reply) => AnsweredBy(reply.Engine, reply.Fallback, reply.Attempts, reply.Timings);

    private void Succeeded(string engine, bool fallback, int attempts, LlmUsage usage, LlmTimings timings)
    {
        _span?.SetTag(TelemetryNames.InputTokens, usage.PromptTokens);
        CallInstruments.TokenUsage.Record(usage.PromptTokens, [.. Tags(), new(TelemetryNames.TokenType, "input")]);
        AnsweredBy(engine, fallback, attempts, timings);
    }

    private void AnsweredBy(string engine, bool fallback, int attempts, LlmTimings timings)
    {
        _span?.SetTag(TelemetryNames.Engine, engine);
        _span?.SetTag(TelemetryNames.Fallback, fallback);
        _span?.SetTag(TelemetryNames.Attempts, attempts);
        _span?.SetTag(TelemetryNames.QueueTime, timings.Queue.TotalSeconds);
        _span?.SetTag(TelemetryNames.StartTime, timings.Start.TotalSeconds);
        End(null);
    }

    public void Failed(Exception failure)
    {
        if (failure is not LlmException { Error: { } error })
        {
            End(failure is OperationCanceledException ? ErrorCancelled : failure.GetType().FullName!);
            return;
        }
        _span?.SetTag(TelemetryNames.Engine, error.Engine);
        _span?.SetTag(TelemetryNames.Attempts, error.Attempts);
        _span?.SetTag(TelemetryNames.Phase, error.Phase.Name());
        End(error.Code);
    }

    public void Dispose() => End(ErrorCancelled);

    private void End(string? errorType)
    {
        if (_ended) return;
        _ended = true;
        if (errorType != null) _span?.SetTag(TelemetryNames.ErrorType, errorType);
        // A call that its caller gave up has not failed.
        if (errorType is not (null or ErrorCancelled)) _span?.SetStatus(ActivityStatusCode.Error);
        double seconds = Stopwatch.GetElapsedTime(_start).TotalSeconds;
        CallInstruments.Duration.Record(
            seconds, errorType is null ? Tags() : [.. Tags(), new(TelemetryNames.ErrorType, errorType)]);
        _span?.Dispose();
    }

    private KeyValuePair<string, object?>[] Tags()
    {
        KeyValuePair<string, object?> operation = new(TelemetryNames.OperationName, _operation);
        KeyValuePair<string, object?> provider = new(TelemetryNames.ProviderName, TelemetryNames.Provider);
        return _model is null ? [operation, provider] : [operation, provider, new(TelemetryNames.RequestModel, _model)];
    }

    private static void DescribeRequest(Activity span, KnownSettings settings)
    {
        span.SetTag(TelemetryNames.RequestMaxTokens, (long?)settings.Number("max_tokens"));
        span.SetTag(TelemetryNames.RequestTemperature, settings.Number("temperature"));
        span.SetTag(TelemetryNames.RequestTopK, settings.Number("top_k"));
        span.SetTag(TelemetryNames.RequestTopP, settings.Number("top_p"));
        span.SetTag(TelemetryNames.RequestSeed, (long?)settings.Number("seed"));
    }
}
