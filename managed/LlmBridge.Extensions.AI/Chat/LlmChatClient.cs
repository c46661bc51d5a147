using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace LlmBridge;

/// <summary>A client as an IChatClient. What options ask for and the engine cannot do is an error, never
/// dropped.</summary>
internal sealed class LlmChatClient(LlmClient client) : IChatClient
{
    internal const string Provider = "llmbridge";

    private readonly ChatClientMetadata _metadata = new(Provider, null, client.ModelId);

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        FunctionCalls? functions = FunctionCalls.Of(options);
        IReadOnlyList<LlmMessage> conversation =
            MessageMapping.Map(messages, functions?.Instructions ?? options?.Instructions);
        CallOptions call = OptionsMapping.Map(options, functions, this, client.ModelId);
        LlmReply reply = await client.ChatAsync(conversation, call, cancellationToken).ConfigureAwait(false);
        string id = NewId();
        IList<AIContent> contents = functions?.Read(reply.Text) ?? [new TextContent(reply.Text)];
        var message = new ChatMessage(ChatRole.Assistant, contents) { MessageId = id };
        return new ChatResponse(message)
        {
            ResponseId = id,
            ModelId = client.ModelId,
            CreatedAt = DateTimeOffset.UtcNow,
            FinishReason = contents.Any(content => content is FunctionCallContent)
                ? ChatFinishReason.ToolCalls
                : ResponseMapping.Reason(reply.FinishReason),
            Usage = ResponseMapping.Usage(reply.Usage),
            RawRepresentation = reply,
            AdditionalProperties = ResponseMapping.Facts(reply.Engine, reply.Fallback, reply.Timings),
        };
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        // Here and not in the iterator: what is wrong is thrown where it is asked.
        if (FunctionCalls.Of(options) is not null) return WholeAsync(messages, options, cancellationToken);
        IReadOnlyList<LlmMessage> conversation = MessageMapping.Map(messages, options?.Instructions);
        CallOptions call = OptionsMapping.Map(options, null, this, client.ModelId);
        return StreamAsync(conversation, call, cancellationToken);
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null) return null;
        return serviceType == typeof(ChatClientMetadata) ? _metadata
            : serviceType == typeof(LlmClient) ? client
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    public void Dispose()
    {
        // The client is its owner's.
    }

    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        IReadOnlyList<LlmMessage> messages, CallOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string id = NewId();
        DateTimeOffset now = DateTimeOffset.UtcNow;
        await foreach (LlmUpdate update in client.ChatStreamAsync(messages, options, cancellationToken)
            .ConfigureAwait(false))
        {
            yield return new ChatResponseUpdate(ChatRole.Assistant, Contents(update))
            {
                ResponseId = id,
                MessageId = id,
                ModelId = client.ModelId,
                CreatedAt = now,
                FinishReason = update.FinishReason is { } reason ? ResponseMapping.Reason(reason) : null,
                RawRepresentation = update,
                AdditionalProperties = update.Timings is { } timings
                    ? ResponseMapping.Facts(update.Engine!, update.Fallback, timings)
                    : null,
            };
        }
    }

    /// <summary>Where functions may be called, the first words do not say whether they are an answer.</summary>
    private async IAsyncEnumerable<ChatResponseUpdate> WholeAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ChatResponse response = await GetResponseAsync(messages, options, cancellationToken).ConfigureAwait(false);
        foreach (ChatResponseUpdate update in response.ToChatResponseUpdates()) yield return update;
    }

    private static List<AIContent> Contents(LlmUpdate update)
    {
        var contents = new List<AIContent>();
        if (update.Text.Length > 0) contents.Add(new TextContent(update.Text));
        if (update.Usage is { } usage) contents.Add(new UsageContent(ResponseMapping.Usage(usage)));
        return contents;
    }

    private static string NewId() => Guid.NewGuid().ToString("N");
}
