using LlmBridge.Comparison.Http;

// Usage: LlmBridge.Comparison.Http host|server MODULE MODEL THREADS
// host takes and answers the orders that bench/comparison/native/comparison_host.c describes.
string[] model = args[1..];
if (args[0] == "server") await Server.RunAsync(model);
else await HostLoop.RunAsync(model);
