using LlmBridge;
using Microsoft.Extensions.AI;

namespace Applications;

/// <summary>Functions that the model may call, through Microsoft.Extensions.AI's FunctionInvokingChatClient.</summary>
internal static class Functions
{
    public static async Task RunAsync()
    {
        await using LlmClient client = await LlmClient.OpenAsync(ScriptedModel.Options());
        using IChatClient chat = client.AsChatClient().AsBuilder().UseFunctionInvocation().Build();
        var options = new ChatOptions { Tools = [AIFunctionFactory.Create(Weather)] };
        Console.WriteLine(await chat.GetResponseAsync("What is the weather like in Paris?", options));
    }

    [System.ComponentModel.Description("Tells the weather of a city.")]
    public static string Weather(string city) => $"It rains in {city}.";
}
