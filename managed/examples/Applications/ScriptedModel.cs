using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using LlmBridge;
using LlmBridge.Engines;

namespace Applications;

/// <summary>Stands in for a model that calls functions, which the demonstration model is too small for: it asks for the
/// weather of the city in the last question, and passes on what it is told. Any model that writes JSON takes its
/// place.</summary>
internal sealed class ScriptedModel : IEngine
{
    public string Name => "scripted";

    /// <summary>This program itself, run as the engine.</summary>
    public static BridgeOptions Options() => new()
    {
        Engine = LlmEngine.Custom,
        Command = [Environment.ProcessPath!, "scripted-model"],
    };

    public async IAsyncEnumerable<string> GenerateAsync(
        EngineRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        JsonNode last = JsonNode.Parse(request.Setting("messages")!)!.AsArray()[^1]!;
        string text = last["content"]!.GetValue<string>();
        JsonObject answer = last["role"]!.GetValue<string>() == "tool"
            ? new JsonObject { ["answer"] = text }
            : new JsonObject
            {
                ["calls"] = new JsonArray(new JsonObject
                {
                    ["function"] = nameof(Functions.Weather),
                    ["arguments"] = new JsonObject { ["city"] = text.TrimEnd('?').Split(' ')[^1] },
                }),
            };
        yield return answer.ToJsonString();
    }
}
