using LlmBridge;
using LlmBridge.Driver;

// Usage: LlmBridge.Driver SCENARIO
LlmClient client;
try
{
    client = await LlmClient.OpenAsync();
}
catch (LlmException e) when (args[0] == "bad_setting")
{
    Scenarios.PrintFailure(e);
    Console.WriteLine($"names LLMBRIDGE_SLOTS {(e.Error.Message.Contains("LLMBRIDGE_SLOTS") ? "true" : "false")}");
    return 0;
}
// Its end is the last thing the process does, and for one scenario not even that.
if (args[0] == "exit_in_flight") return await Scenarios.LeaveAsync(client);
await using (client) await Scenarios.RunAsync(args[0], client);
return 0;
