using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;

namespace LlmBridge.Mcp;

/// <summary>A question, and its answer.</summary>
internal sealed class AskTool(LlmClient client) : ModelTool(ToolSchemas.Tool(
    "ask", "Ask the local model", "Asks the local language model one question and gives its whole answer.",
    new JsonObject
    {
        ["prompt"] = ToolSchemas.NeededText("What to ask"),
        ["system"] = ToolSchemas.Text("How the model is to behave"),
    }.With(ToolSchemas.Generation()),
    ["prompt"], ToolSchemas.AnswerResults(), isReadOnly: false))
{
    public override Task<CallToolResult> RunAsync(ToolCall call)
    {
        CallOptions options = Generation.Options(call);
        options.Instructions = call.Arguments.Text("system");
        CallInput input = CallInput.Of(call.Arguments.Needed("prompt"), options);
        return Generation.AnswerAsync(client, input, call);
    }
}
