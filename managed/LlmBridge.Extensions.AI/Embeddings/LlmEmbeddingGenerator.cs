using System.Globalization;
using Microsoft.Extensions.AI;

namespace LlmBridge;

/// <summary>A client as a generator of embeddings: vectors in the order of the texts, however many there are.</summary>
internal sealed class LlmEmbeddingGenerator(LlmClient client) : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly EmbeddingGeneratorMetadata _metadata = new(LlmChatClient.Provider, null, client.ModelId);

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        string[] texts = [.. values];
        CallOptions? call = Map(options);
        if (texts.Length == 0) return [];
        LlmEmbeddings made = await client.EmbedAsync(texts, call, cancellationToken).ConfigureAwait(false);
        if (options?.Dimensions is { } wanted && wanted != made.Dimension)
        {
            throw new NotSupportedException(
                $"EmbeddingGenerationOptions.Dimensions is {wanted}, and this model's vectors have {made.Dimension}");
        }
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return new GeneratedEmbeddings<Embedding<float>>(made.Vectors.Select(vector =>
            new Embedding<float>(vector) { CreatedAt = now, ModelId = client.ModelId }))
        {
            Usage = new UsageDetails
            {
                InputTokenCount = made.Usage.PromptTokens,
                TotalTokenCount = made.Usage.PromptTokens,
            },
            AdditionalProperties = ResponseMapping.Facts(made.Engine, made.Fallback, made.Timings),
        };
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null) return null;
        return serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
            : serviceType == typeof(LlmClient) ? client
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    public void Dispose()
    {
        // The client is its owner's.
    }

    private CallOptions? Map(EmbeddingGenerationOptions? options)
    {
        if (options is null) return null;
        OptionsMapping.CheckModel(options.ModelId, client.ModelId);
        CallOptions call = options.RawRepresentationFactory?.Invoke(this) switch
        {
            null => new CallOptions(),
            CallOptions given => given.Clone(),
            { } raw => throw new NotSupportedException(
                $"RawRepresentationFactory makes {raw.GetType().Name}, and not CallOptions"),
        };
        if (options.AdditionalProperties is not { Count: > 0 } named) return call;
        var settings = new Dictionary<string, string>(call.Settings ?? new Dictionary<string, string>());
        foreach ((string name, object? value) in named)
        {
            if (value is not null) settings[name] = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        }
        call.Settings = settings;
        return call;
    }
}
