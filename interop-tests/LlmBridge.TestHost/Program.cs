using LlmBridge;

// Usage: LlmBridge.TestHost SCRIPT
// Starts the fake engine with the script, prints its process number, then asks it something and waits for ever.
await using LlmClient client = await LlmClient.OpenAsync(new BridgeOptions
{
    Engine = LlmEngine.Fake,
    Command = args[0],
    Timeout = TimeSpan.FromHours(1),
    StallTimeout = TimeSpan.Zero,
});
await client.StartAsync();
Console.WriteLine(client.EngineProcessId);
await client.AskAsync("anybody there?");
