using System.Text.Json;
using LlmBridge;

namespace Applications;

/// <summary>A model that calls tools, in a loop until it answers. What it calls is one of the tools, with arguments
/// that keep the schema: the library has checked both.</summary>
internal static class ToolLoop
{
    private const int RoundsMax = 8;

    private static readonly LlmTool s_weather = new(
        "weather", "Tells the weather in a city.",
        """{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}""");

    public static async Task RunAsync()
    {
        await using LlmClient client = await LlmClient.OpenAsync(ScriptedTools.Options());
        var options = new CallOptions { Tools = LlmTool.Json(s_weather) };
        var messages = new List<LlmMessage> { new(LlmRole.User, "What is the weather in Rome?") };
        for (int round = 0; round < RoundsMax; round++)
        {
            LlmReply reply = await client.ChatAsync(messages, options);
            messages.Add(reply.ToMessage());
            if (reply.ToolCalls.Count == 0)
            {
                Console.WriteLine(reply.Text);
                return;
            }
            foreach (LlmToolCall call in reply.ToolCalls)
            {
                messages.Add(new LlmMessage(LlmRole.Tool, Answer(call)) { ToolCallId = call.Id, Name = call.Name });
            }
        }
        throw new InvalidOperationException($"no answer after {RoundsMax} rounds");
    }

    private static string Answer(LlmToolCall call)
    {
        using JsonDocument arguments = JsonDocument.Parse(call.ArgumentsJson);
        return $"sunny in {arguments.RootElement.GetProperty("city").GetString()}";
    }
}
