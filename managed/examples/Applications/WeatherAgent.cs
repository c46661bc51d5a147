using LlmBridge;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;

namespace Applications;

/// <summary>An agent of the Agent Framework, with a function that it calls and a conversation that it keeps.</summary>
internal static class WeatherAgent
{
    public static async Task RunAsync()
    {
        await using LlmClient client = await LlmClient.OpenAsync(ScriptedModel.Options());
        AIAgent agent = client.AsChatClient().AsAIAgent(
            instructions: "You tell people the weather.", name: "weather",
            tools: [AIFunctionFactory.Create(Functions.Weather)]);
        AgentSession session = await agent.CreateSessionAsync();
        Console.WriteLine(await agent.RunAsync("What is the weather like in Paris?", session));
        Console.WriteLine(await agent.RunAsync("And in Rome?", session));
    }
}
