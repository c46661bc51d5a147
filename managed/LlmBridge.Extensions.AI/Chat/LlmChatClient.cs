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
        if (functions is not null && client.TakesTools)
        {
            List<ChatMessage> all = [.. messages];
            messages = all;
            try
            {
                return await AskAsync(all, options, functions, true, cancellationToken).ConfigureAwait(false);
            }
            catch (LlmException e) when (NativeTools.IsRefusal(e))
            {
                // The model's template has no functions: it is told of them in words, and held by a schema.
            }
        }
        return await AskAsync(messages, options, functions, false, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ChatResponse> AskAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options, FunctionCalls? functions, bool isNative,
        CancellationToken cancellationToken)
    {
        string? instructions = isNative || functions is null ? options?.Instructions : functions.Instructions;
        IReadOnlyList<LlmMessage> conversation = MessageMapping.Map(messages, instructions);
        CallOptions call = OptionsMapping.Map(options, functions, this, client.ModelId, isNative);
        LlmReply reply = await client.ChatAsync(conversation, call, cancellationToken).ConfigureAwait(false);
        string id = NewId();
        IList<AIContent> contents = isNative || functions is null
            ? NativeTools.Contents(reply.Text, reply.Reasoning, reply.ToolCalls)
            : functions.Read(reply.Text);
        if (contents.Count == 0) contents.Add(new TextContent(""));
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
        if (FunctionCalls.Of(options) is not null)
        {
            return client.TakesTools
                ? NativeAsync([.. messages], options, cancellationToken)
                : WholeAsync(messages, options, cancellationToken);
        }
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

    /// <summary>In the model's own way text comes as it is said, and calls whole behind it.</summary>
    private async IAsyncEnumerable<ChatResponseUpdate> NativeAsync(
        List<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        CallOptions call = OptionsMapping.Map(options, null, this, client.ModelId, isNative: true);
        IAsyncEnumerator<ChatResponseUpdate> updates =
            StreamAsync(MessageMapping.Map(messages, options?.Instructions), call, cancellationToken)
                .GetAsyncEnumerator(cancellationToken);
        await using ConfiguredAsyncDisposable ended = updates.ConfigureAwait(false);
        bool isRefused = false, more = false;
        try
        {
            more = await updates.MoveNextAsync().ConfigureAwait(false);
        }
        catch (LlmException e) when (NativeTools.IsRefusal(e))
        {
            isRefused = true;
        }
        for (; more; more = await updates.MoveNextAsync().ConfigureAwait(false)) yield return updates.Current;
        if (!isRefused) yield break;
        await foreach (ChatResponseUpdate update in WholeAsync(messages, options, cancellationToken)
            .ConfigureAwait(false))
        {
            yield return update;
        }
    }

    /// <summary>Where functions may be called, the first words do not say whether they are an answer.</summary>
    private async IAsyncEnumerable<ChatResponseUpdate> WholeAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ChatResponse response = await AskAsync(
            messages, options, FunctionCalls.Of(options), false, cancellationToken).ConfigureAwait(false);
        foreach (ChatResponseUpdate update in response.ToChatResponseUpdates()) yield return update;
    }

    private static List<AIContent> Contents(LlmUpdate update)
    {
        List<AIContent> contents = NativeTools.Contents(update.Text, update.Reasoning, update.ToolCalls);
        if (update.Usage is { } usage) contents.Add(new UsageContent(ResponseMapping.Usage(usage)));
        return contents;
    }

    private static string NewId() => Guid.NewGuid().ToString("N");
}
