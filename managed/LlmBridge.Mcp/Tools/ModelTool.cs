using ModelContextProtocol.Protocol;

namespace LlmBridge.Mcp;

/// <summary>A tool: what it says of itself, and what it does.</summary>
internal abstract class ModelTool(Tool description)
{
    public string Name => Description.Name;

    public Tool Description { get; } = description;

    /// <exception cref="ArgumentException">An argument is not what it may be.</exception>
    /// <exception cref="LlmException">The call failed.</exception>
    public abstract Task<CallToolResult> RunAsync(ToolCall call);
}

/// <summary>A call of a tool.</summary>
/// <param name="Arguments">What it was given.</param>
/// <param name="LimitMs">How long it may take; null for as long as the server's settings say.</param>
/// <param name="Progress">Where it tells how far it is.</param>
/// <param name="Cancelled">Cancelled when its caller wants it no more, or its time is over.</param>
internal sealed record ToolCall(
    ToolArguments Arguments, int? LimitMs, CallProgress Progress, CancellationToken Cancelled)
{
    public TimeSpan? Limit => LimitMs is { } ms ? TimeSpan.FromMilliseconds(ms) : null;
}
