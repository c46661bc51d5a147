// Options from a configuration by the generated binder, which an application published ahead of time has: it prints
// what arrived.
using LlmBridge;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
{
    ["Llm:Engine"] = "Fake",
    ["Llm:Command:0"] = "echo",
    ["Llm:Slots"] = "3",
    ["Llm:Timeout"] = "00:00:20",
    ["Llm:Fallback:0"] = "Hash",
    ["Llm:Calls:MaxOutputTokens"] = "7",
    ["Llm:Calls:StopSequences:0"] = "stop",
    ["Llm:Settings:grace_ms"] = "100",
}).Build();
var services = new ServiceCollection();
services.AddLlmBridge();
services.Configure<BridgeOptions>(configuration.GetSection("Llm"));
services.Configure<BridgeOptions>(options => options.Queue = 5);
await using ServiceProvider provider = services.BuildServiceProvider();
BridgeOptions bound = provider.GetRequiredService<IOptions<BridgeOptions>>().Value;
Console.WriteLine(string.Join(' ', bound.Engine, bound.Slots, bound.Timeout, bound.Queue,
    string.Join(',', bound.Fallback!), bound.Calls!.MaxOutputTokens, string.Join(',', bound.Calls.StopSequences!),
    bound.Settings!["grace_ms"]));
Console.WriteLine((await provider.GetRequiredService<LlmClient>().AskAsync("Who are you?")).Text);
