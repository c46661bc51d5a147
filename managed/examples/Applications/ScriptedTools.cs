using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using LlmBridge;
using LlmBridge.Engines;

namespace Applications;

/// <summary>Stands in for a model that knows how to call tools, which the demonstration model is too small for: it
/// calls the first tool it is given with the last word of the question, and passes on what it is told. Any model whose
/// chat template has tools takes its place.</summary>
internal sealed class ScriptedTools : IEngine
{
    public string Name => "scripted";

    /// <summary>This program itself, run as the engine.</summary>
    public static BridgeOptions Options() => new()
    {
        Engine = LlmEngine.Custom,
        Command = [Environment.ProcessPath!, "scripted-tools"],
    };

    public async IAsyncEnumerable<string> GenerateAsync(
        EngineRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        JsonNode last = JsonNode.Parse(request.Setting("messages")!)!.AsArray()[^1]!;
        string text = last["content"]!.GetValue<string>();
        if (last["role"]!.GetValue<string>() == "tool")
        {
            yield return $"It is {text}.";
            yield break;
        }
        JsonNode tool = JsonNode.Parse(request.Setting("tools")!)!.AsArray()[0]!;
        request.Reasoning = "I have to ask.";
        request.ToolCalls = new JsonArray(new JsonObject
        {
            ["id"] = "call_1",
            ["name"] = tool["function"]!["name"]!.GetValue<string>(),
            ["arguments"] = new JsonObject { ["city"] = text.TrimEnd('?').Split(' ')[^1] },
        }).ToJsonString();
    }
}
