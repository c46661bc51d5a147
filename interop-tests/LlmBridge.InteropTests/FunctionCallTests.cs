using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;

namespace LlmBridge.InteropTests;

/// <summary>Functions that models call through an IChatClient.</summary>
[TestClass]
public sealed class FunctionCallTests : BridgeTest
{
    private const string CallOfWeather =
        """say {"calls":[{"function":"weather","arguments":{"city":"Paris","days":2}}]}""";

    private static AIFunction Weather { get; } = AIFunctionFactory.Create(
        (string city, int days) => $"{days} days of rain in {city}", "weather", "Tells the weather.");

    private static AIFunction Family { get; } =
        AIFunctionFactory.Create((Person person) => person.Children.Length, "family");

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task ACall_ComesWithItsArguments(bool streamed)
    {
        await using LlmClient client = await OpenFakeAsync(CallOfWeather);
        using IChatClient chat = client.AsChatClient();
        var options = new ChatOptions { Tools = [Weather, Family] };
        ChatResponse response = streamed
            ? await chat.GetStreamingResponseAsync("Rain?", options, Watchdog).ToChatResponseAsync(Watchdog)
            : await chat.GetResponseAsync("Rain?", options, Watchdog);
        Assert.AreEqual(ChatFinishReason.ToolCalls, response.FinishReason);
        Assert.IsGreaterThan(0, response.Usage!.TotalTokenCount!.Value);
        var call = (FunctionCallContent)response.Messages.Single().Contents.Single(one => one is FunctionCallContent);
        Assert.AreEqual("weather", call.Name);
        Assert.AreEqual(
            "2 days of rain in Paris",
            (await Weather.InvokeAsync(new AIFunctionArguments(call.Arguments), Watchdog))!.ToString());
    }

    /// <summary>What is delivered keeps the functions' schemas, in any engine.</summary>
    [TestMethod]
    [DataRow("""say {"calls":[{"function":"weather","arguments":{"city":"Paris"}}]}""")]
    [DataRow("""say {"calls":[{"function":"weather","arguments":{"city":1,"days":2}}]}""")]
    [DataRow("""say {"calls":[{"function":"format_disk","arguments":{}}]}""")]
    [DataRow("""say {"calls":[]}""")]
    [DataRow("""say {"calls":[{"function":"family","arguments":{"person":{"Children":[{"Children":7}]}}}]}""")]
    [DataRow("""say It rains.""")]
    public async Task ACallThatIsNone_IsAnError(string script)
    {
        await using LlmClient client = await OpenFakeAsync(script);
        using IChatClient chat = client.AsChatClient();
        var options = new ChatOptions { Tools = [Weather, Family] };
        await FailsAsync(LlmStatus.OutputInvalid, () => chat.GetResponseAsync("Rain?", options, Watchdog));
    }

    /// <summary>The schema of a type that refers to itself keeps its references, as a part of another.</summary>
    [TestMethod]
    public async Task AFunctionOfATypeThatHoldsItself_CanBeCalled()
    {
        await using LlmClient client = await OpenFakeAsync(
            """say {"calls":[{"function":"family","arguments":{"person":{"children":[{"children":[]}]}}}]}""");
        using IChatClient chat = client.AsChatClient();
        ChatResponse response =
            await chat.GetResponseAsync("How many?", new ChatOptions { Tools = [Weather, Family] }, Watchdog);
        var call = (FunctionCallContent)response.Messages.Single().Contents.Single();
        Assert.AreEqual(
            "1", (await Family.InvokeAsync(new AIFunctionArguments(call.Arguments), Watchdog))!.ToString());
    }

    [TestMethod]
    public async Task AnAnswer_IsTextOrTheObjectThatWasAskedFor_UnlessACallIsRequired()
    {
        await using LlmClient plain = await OpenFakeAsync("""say {"answer":"It \"rains\"."}""");
        var options = new ChatOptions { Tools = [Weather] };
        Assert.AreEqual(
            "It \"rains\".", (await plain.AsChatClient().GetResponseAsync("Rain?", options, Watchdog)).Text);
        options.ToolMode = ChatToolMode.RequireAny;
        await FailsAsync(
            LlmStatus.OutputInvalid, () => plain.AsChatClient().GetResponseAsync("Rain?", options, Watchdog));
        options.ToolMode = ChatToolMode.None;
        Assert.Contains("{", (await plain.AsChatClient().GetResponseAsync("Rain?", options, Watchdog)).Text);
        await using LlmClient typed = await OpenFakeAsync("""say {"answer":{"days":3}}""");
        options.ToolMode = ChatToolMode.Auto;
        Assert.AreEqual(
            3, (await typed.AsChatClient().GetResponseAsync<Forecast>("Rain?", options, cancellationToken: Watchdog))
                .Result.Days);
    }

    [TestMethod]
    public async Task AFunctionThatIsRequired_AndNotThere_IsRefusedByName()
    {
        await using LlmClient client = await OpenFakeAsync();
        var options = new ChatOptions { Tools = [Weather], ToolMode = ChatToolMode.RequireSpecific("sunshine") };
        NotSupportedException refusal = await Assert.ThrowsExactlyAsync<NotSupportedException>(
            () => client.AsChatClient().GetResponseAsync("Rain?", options, Watchdog));
        Assert.Contains("'sunshine'", refusal.Message);
    }

    /// <summary>The demonstration model cannot know what to call; held to the schema it calls all the same.</summary>
    [TestMethod]
    public async Task TheLlamaEngine_IsHeldToTheFunctionsThatThereAre()
    {
        TestModel.RequireLlama();
        await using LlmClient client = await LlmClient.OpenAsync(cancellationToken: Watchdog);
        AIFunction turn = AIFunctionFactory.Create((Direction to) => to.ToString(), "turn");
        var options = new ChatOptions
        {
            Tools = [turn],
            ToolMode = ChatToolMode.RequireAny,
            AllowMultipleToolCalls = false,
        };
        ChatResponse response = await client.AsChatClient().GetResponseAsync("Turn left.", options, Watchdog);
        var call = (FunctionCallContent)response.Messages.Single().Contents.Single();
        Assert.AreEqual("turn", call.Name);
        object? result = await turn.InvokeAsync(new AIFunctionArguments(call.Arguments), Watchdog);
        Assert.IsTrue(Enum.TryParse<Direction>(result!.ToString(), out _), result.ToString());
    }

    internal sealed record Person(Person[] Children);

    internal sealed record Forecast(int Days);

    [JsonConverter(typeof(JsonStringEnumConverter<Direction>))]
    internal enum Direction
    {
        Left,
        Right,
    }
}
