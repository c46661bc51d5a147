using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;

namespace LlmBridge.Mcp;

/// <summary>Texts by how near they are to another.</summary>
internal sealed class SimilarityTool(LlmClient client) : ModelTool(ToolSchemas.Tool(
    "similarity", "Rank texts",
    "Ranks texts by how near their meaning is to that of a query: the nearest first, as the cosine of their vectors.",
    new JsonObject
    {
        [Query] = ToolSchemas.NeededText("What is looked for"),
        [Texts] = ToolSchemas.Texts("What is ranked", 1, ToolSchemas.TextsMost),
        [Top] = ToolSchemas.Whole("How many of the nearest to give; all by default", 1, ToolSchemas.TextsMost),
    },
    [Query, Texts],
    new JsonObject
    {
        ["ranked"] = ToolSchemas.List(ToolSchemas.Object(
            new JsonObject
            {
                ["index"] = ToolSchemas.Kind("integer"),
                ["similarity"] = ToolSchemas.Kind("number"),
                ["text"] = ToolSchemas.Kind("string"),
            },
            ["index", "similarity", "text"])),
        ["engine"] = ToolSchemas.Text("The engine that embedded"),
    },
    isReadOnly: true))
{
    private const string Query = "query";
    private const string Texts = "texts";
    private const string Top = "top";

    public override async Task<CallToolResult> RunAsync(ToolCall call)
    {
        string query = call.Arguments.Needed(Query);
        IReadOnlyList<string> texts = call.Arguments.NeededTexts(Texts, ToolSchemas.TextsMost);
        int top = (int)(call.Arguments.Whole(Top, 1, ToolSchemas.TextsMost) ?? texts.Count);
        Embedded embedded = await Embedded.OfAsync(client, [query, .. texts], call);
        float[] wanted = embedded.Vectors[0];
        (int Index, double Similarity)[] ranked = [.. embedded.Vectors.Skip(1)
            .Select((vector, i) => (i, Cosine(wanted, vector))).OrderByDescending(pair => pair.Item2)];
        return ToolResults.Object(json =>
        {
            json.WriteStartArray("ranked");
            foreach ((int index, double similarity) in ranked.Take(top))
            {
                json.WriteStartObject();
                json.WriteNumber("index", index);
                json.WriteNumber("similarity", Math.Round(similarity, 6));
                json.WriteString("text", texts[index]);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteString("engine", embedded.Engine);
        });
    }

    /// <summary>0 where a vector has no direction.</summary>
    private static double Cosine(float[] a, float[] b)
    {
        double product = 0, lengthA = 0, lengthB = 0;
        for (int i = 0; i < a.Length; i++)
        {
            product += (double)a[i] * b[i];
            lengthA += (double)a[i] * a[i];
            lengthB += (double)b[i] * b[i];
        }
        return lengthA > 0 && lengthB > 0 ? product / Math.Sqrt(lengthA * lengthB) : 0;
    }
}
