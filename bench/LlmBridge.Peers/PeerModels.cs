using LLama.Common;

namespace LlmBridge.Peers;

/// <summary>The models that both have, and how much of the machine each may take.</summary>
internal static class PeerModels
{
    private const int Context = 512;

    private static readonly int s_threads = int.Parse(
        Environment.GetEnvironmentVariable("PEERS_THREADS") ?? "1", System.Globalization.CultureInfo.InvariantCulture);

    public static string Generator => Given("PEERS_MODEL");

    public static string Embedder => Given("PEERS_EMBEDDER");

    public static BridgeOptions Bridge(string model) => new()
    {
        Model = model,
        Threads = s_threads,
        Context = Context,
        Slots = 1,
    };

    public static ModelParams Peer(string model, bool embeds = false) => new(model)
    {
        ContextSize = Context,
        Threads = s_threads,
        BatchThreads = s_threads,
        GpuLayerCount = 0,
        Embeddings = embeds,
    };

    private static string Given(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } file
            ? Path.GetFullPath(file)
            : throw new InvalidOperationException($"{variable} names no GGUF file");
}
