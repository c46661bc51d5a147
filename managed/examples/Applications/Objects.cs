using System.Text.Json.Serialization;
using LlmBridge;
using Microsoft.Extensions.AI;

namespace Applications;

/// <summary>Answers as objects: the engine is held to the type's schema while it answers, and the library delivers
/// nothing else.</summary>
internal static class Objects
{
    public static async Task RunAsync()
    {
        await using LlmClient client = await LlmClient.OpenAsync();
        using IChatClient chat = client.AsChatClient();
        ChatResponse<Place> response = await chat.GetResponseAsync<Place>("What is the capital of France?");
        Console.WriteLine(response.Result.City);
    }
}

internal sealed record Place(City City);

[JsonConverter(typeof(JsonStringEnumConverter<City>))]
internal enum City
{
    London,
    Paris,
    Rome,
}
