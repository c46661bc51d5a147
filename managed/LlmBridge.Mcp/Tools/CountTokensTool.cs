using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;

namespace LlmBridge.Mcp;

/// <summary>How long a text is for the model.</summary>
internal sealed class CountTokensTool(LlmClient client) : ModelTool(ToolSchemas.Tool(
    "count_tokens", "Count tokens", "Counts the tokens of a text as the local model divides it.",
    new JsonObject { ["text"] = ToolSchemas.NeededText("The text") }, ["text"],
    new JsonObject { ["tokens"] = ToolSchemas.Kind("integer") }, isReadOnly: true))
{
    public override async Task<CallToolResult> RunAsync(ToolCall call)
    {
        long tokens = await client.CountTokensAsync(call.Arguments.Needed("text"), call.Cancelled);
        return ToolResults.Object(json => json.WriteNumber("tokens", tokens));
    }
}
