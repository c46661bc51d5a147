using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;

namespace LlmBridge.Mcp;

/// <summary>The vectors of texts.</summary>
internal sealed class EmbedTool(LlmClient client) : ModelTool(ToolSchemas.Tool(
    "embed", "Embed texts", "Gives a vector for each text; vectors of texts that mean the same are near each other.",
    new JsonObject { [Texts] = ToolSchemas.Texts("The texts", 1, ToolSchemas.TextsMost) }, [Texts],
    new JsonObject
    {
        ["vectors"] = ToolSchemas.List(ToolSchemas.List(ToolSchemas.Kind("number"))),
        ["dimension"] = ToolSchemas.Kind("integer"),
        ["engine"] = ToolSchemas.Text("The engine that embedded"),
        ["prompt_tokens"] = ToolSchemas.Kind("integer"),
    },
    isReadOnly: true))
{
    private const string Texts = "texts";

    public override async Task<CallToolResult> RunAsync(ToolCall call)
    {
        IReadOnlyList<string> texts = call.Arguments.NeededTexts(Texts, ToolSchemas.TextsMost);
        Embedded embedded = await Embedded.OfAsync(client, texts, call);
        return ToolResults.Object(json =>
        {
            json.WriteStartArray("vectors");
            foreach (float[] vector in embedded.Vectors)
            {
                json.WriteStartArray();
                foreach (float number in vector) json.WriteNumberValue(number);
                json.WriteEndArray();
            }
            json.WriteEndArray();
            json.WriteNumber("dimension", embedded.Vectors[0].Length);
            json.WriteString("engine", embedded.Engine);
            json.WriteNumber("prompt_tokens", embedded.PromptTokens);
        });
    }
}
