using LlmBridge;

// Usage: LlmBridge.TestHost SCRIPT
// Starts the fake engine with the script, prints its process number, then asks it something and waits for ever.
await using LlmClient client = await LlmClient.OpenAsync(new BridgeOptions
{
    Engine = LlmEngine.Fake,
    Command = [args[0]],
    Timeout = TimeSpan.FromHours(1),
    StallTimeout = TimeSpan.Zero,
});
await client.StartAsync();
while (client.EngineProcessId == 0) await Task.Delay(1); // it may come a moment after the engine is ready
Console.WriteLine(client.EngineProcessId);
await client.AskAsync("anybody there?");
