using Microsoft.Extensions.AI;

namespace LlmBridge;

/// <summary>Clients as Microsoft.Extensions.AI knows them.</summary>
public static class LlmClientExtensions
{
    /// <summary>The client as a chat client. Disposing of it leaves the client to its owner.</summary>
    /// <param name="client">The client.</param>
    public static IChatClient AsChatClient(this LlmClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        return new LlmChatClient(client);
    }

    /// <summary>The client as a generator of embeddings. Disposing of it leaves the client to its owner.</summary>
    /// <param name="client">The client.</param>
    public static IEmbeddingGenerator<string, Embedding<float>> AsEmbeddingGenerator(this LlmClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        return new LlmEmbeddingGenerator(client);
    }
}
