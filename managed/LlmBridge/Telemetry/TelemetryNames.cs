namespace LlmBridge;

/// <summary>Names that dashboards rely on. Those that begin with gen_ai, error and rpc are OpenTelemetry's
/// semantic conventions for generative AI and remote procedure calls.</summary>
internal static class TelemetryNames
{
    /// <summary>Of the meter and of the activity source.</summary>
    public const string Source = "LlmBridge";

    public const string Provider = "llmbridge";

    public const string OperationChat = "chat";
    public const string OperationTextCompletion = "text_completion";
    public const string OperationEmbeddings = "embeddings";
    public const string OperationInvoke = "invoke";

    public const string OperationName = "gen_ai.operation.name";
    public const string ProviderName = "gen_ai.provider.name";
    public const string RequestModel = "gen_ai.request.model";
    public const string RequestMaxTokens = "gen_ai.request.max_tokens";
    public const string RequestTemperature = "gen_ai.request.temperature";
    public const string RequestTopK = "gen_ai.request.top_k";
    public const string RequestTopP = "gen_ai.request.top_p";
    public const string RequestSeed = "gen_ai.request.seed";
    public const string FinishReasons = "gen_ai.response.finish_reasons";
    public const string InputTokens = "gen_ai.usage.input_tokens";
    public const string OutputTokens = "gen_ai.usage.output_tokens";
    public const string TokenType = "gen_ai.token.type";
    public const string ErrorType = "error.type";

    public const string RpcSystem = "rpc.system";
    public const string RpcSystemJson = "jsonrpc";
    public const string RpcMethod = "rpc.method";

    public const string Engine = "llmbridge.engine";
    public const string Fallback = "llmbridge.fallback";
    public const string Attempts = "llmbridge.attempts";
    public const string Phase = "llmbridge.phase";
    public const string QueueTime = "llmbridge.queue.duration";
    public const string StartTime = "llmbridge.start.duration";

    public const string Client = "llmbridge.client";
    public const string Status = "llmbridge.status";
    public const string Cause = "llmbridge.cause";
    public const string WorkerState = "llmbridge.worker.state";
    public const string Recovery = "llmbridge.recovery";
}
