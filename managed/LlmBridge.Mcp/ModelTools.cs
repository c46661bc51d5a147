using System.Globalization;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace LlmBridge.Mcp;

/// <summary>The tools, and how a call of one ends: with its result, or with an error that says why. What is wrong with
/// a call's arguments is told to the model that made it up, as any other failure; only a tool that is not there is an
/// error of the protocol.</summary>
internal sealed class ModelTools(LlmClient client)
{
    private readonly IReadOnlyList<ModelTool> _tools =
    [
        new AskTool(client), new ChatTool(client), new EmbedTool(client), new SimilarityTool(client),
        new CountTokensTool(client),
    ];

    public ListToolsResult List() => new() { Tools = [.. _tools.Select(tool => tool.Description)] };

    public async ValueTask<CallToolResult> CallAsync(
        RequestContext<CallToolRequestParams> request, CancellationToken cancelled)
    {
        string name = request.Params?.Name ?? "";
        ModelTool tool = _tools.FirstOrDefault(tool => tool.Name == name)
            ?? throw new McpProtocolException(
                $"name: there is no tool \"{name}\"; there are {string.Join(", ", _tools.Select(tool => tool.Name))}",
                McpErrorCode.InvalidParams);
        var arguments = new ToolArguments(request.Params!.Arguments);
        try
        {
            arguments.RefuseOthersThan(tool.Description.InputSchema);
            int? limit = (int?)arguments.Whole(ToolSchemas.Timeout, 1, ToolSchemas.TimeoutMostMs);
            await using var progress = new CallProgress(client, request.Server, request.Params.ProgressToken);
            return await WithinAsync(
                limit, token => tool.RunAsync(new ToolCall(arguments, limit, progress, token)), cancelled);
        }
        catch (LlmException failure)
        {
            return ToolResults.Failed(failure.Error);
        }
        catch (ArgumentException wrong)
        {
            return ToolResults.Failed(Error(LlmStatus.InvalidArgument, LlmPhase.Configure, wrong.Message));
        }
        // No answer follows, and without one the SDK would leave this request's HTTP response open for good.
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
        {
            if (request.JsonRpcRequest.Context?.RelatedTransport is { } response) await response.DisposeAsync();
            throw;
        }
        catch (OperationCanceledException) when (!cancelled.IsCancellationRequested)
        {
            return ToolResults.Failed(Error(LlmStatus.Cancelled, LlmPhase.Configure, "the server ends"));
        }
    }

    /// <summary>Keeps a limit for work that may be several calls, or calls that take no limit.</summary>
    private static async Task<CallToolResult> WithinAsync(
        int? limit, Func<CancellationToken, Task<CallToolResult>> work, CancellationToken cancelled)
    {
        if (limit is not { } ms) return await work(cancelled);
        using var time = new CancellationTokenSource(ms);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancelled);
        try
        {
            return await work(both.Token);
        }
        catch (OperationCanceledException) when (time.IsCancellationRequested && !cancelled.IsCancellationRequested)
        {
            string message = string.Create(
                CultureInfo.InvariantCulture, $"the call took longer than {ms} ms ({ToolSchemas.Timeout})");
            return ToolResults.Failed(Error(LlmStatus.DeadlineExceeded, LlmPhase.Configure, message));
        }
    }

    private static LlmError Error(LlmStatus status, LlmPhase phase, string message) =>
        new() { Status = status, Phase = phase, Message = message, RetrySafe = true };
}
