using Microsoft.Extensions.Logging;

namespace LlmBridge;

/// <summary>The log's words for each kind of event; the event ids are the kinds' numbers.</summary>
internal static partial class EventMessages
{
    private const int OfTheLog = 100;

    [LoggerMessage((int)LlmEventKind.EngineStarting, LogLevel.Debug, "An engine starts: {Text}")]
    public static partial void EngineStarting(this ILogger logger, string text);

    [LoggerMessage((int)LlmEventKind.EngineReady, LogLevel.Information, "Engine {ProcessId} is ready: {Text}")]
    public static partial void EngineReady(this ILogger logger, long processId, string text);

    [LoggerMessage((int)LlmEventKind.EngineRetired, LogLevel.Debug, "Engine {ProcessId} has retired: {Text}")]
    public static partial void EngineRetired(this ILogger logger, long processId, string text);

    [LoggerMessage(
        (int)LlmEventKind.EngineFailed, LogLevel.Error, "Engine {ProcessId} failed: {Status} ({Exit}) {Text}")]
    public static partial void EngineFailed(
        this ILogger logger, long processId, string status, string exit, string text);

    [LoggerMessage((int)LlmEventKind.StartDelayed, LogLevel.Warning, "The start of an engine is put off: {Text}")]
    public static partial void StartDelayed(this ILogger logger, string text);

    [LoggerMessage((int)LlmEventKind.Breaker, LogLevel.Warning, "The breaker has changed: {Text}")]
    public static partial void BreakerChanged(this ILogger logger, string text);

    [LoggerMessage(
        (int)LlmEventKind.CallMoved, LogLevel.Information, "Call {CallId} goes on in another engine: {Text}")]
    public static partial void CallMoved(this ILogger logger, long callId, string text);

    [LoggerMessage((int)LlmEventKind.CallFailed, LogLevel.Warning, "Call {CallId} failed: {Status} {Text}")]
    public static partial void CallFailed(this ILogger logger, long callId, string status, string text);

    [LoggerMessage((int)LlmEventKind.CallRefused, LogLevel.Warning, "A call was turned away: {Status} {Text}")]
    public static partial void CallRefused(this ILogger logger, string status, string text);

    [LoggerMessage(
        (int)LlmEventKind.SandboxIncomplete, LogLevel.Warning,
        "The sandbox of engine {ProcessId} is incomplete: {Text}")]
    public static partial void SandboxIncomplete(this ILogger logger, long processId, string text);

    [LoggerMessage(
        (int)LlmEventKind.Session, LogLevel.Warning,
        "A session's log is not as it was left: {Text}")]
    public static partial void SessionFound(this ILogger logger, string text);

    [LoggerMessage(OfTheLog, LogLevel.Information, "An event of kind {Kind}: {Text}")]
    public static partial void Unnamed(this ILogger logger, int kind, string text);

    [LoggerMessage(
        OfTheLog + 2, LogLevel.Warning,
        "No model is named, so the small demonstration model answers: BridgeOptions.Model names another")]
    public static partial void DemonstrationModel(this ILogger logger);

    [LoggerMessage(OfTheLog + 1, LogLevel.Warning, "{Count} events were lost: more happened than the bridge remembers")]
    public static partial void EventsLost(this ILogger logger, long count);
}
