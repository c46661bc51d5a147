using System.Runtime.CompilerServices;

namespace LlmBridge;

public sealed partial class LlmClient
{
    /// <summary>Answers a conversation and waits for the whole answer.</summary>
    /// <param name="messages">The conversation, of which the last message is to be answered.</param>
    /// <param name="options">What this call asks for; what is not set is what the bridge says.</param>
    /// <param name="cancellationToken">Cancels the call, in the engine too.</param>
    /// <exception cref="ArgumentException">There is no message, or another conversation stands in the
    /// options.</exception>
    /// <exception cref="LlmException">The call failed; its Error says how.</exception>
    /// <exception cref="LlmTimeoutException">A time limit passed; its Error says which.</exception>
    /// <exception cref="OperationCanceledException">The caller's token, or the client's disposal, ended the
    /// call.</exception>
    public Task<LlmReply> ChatAsync(
        IEnumerable<LlmMessage> messages, CallOptions? options = null,
        CancellationToken cancellationToken = default) =>
        AskAsync(CallInput.Of(messages, options), cancellationToken);

    /// <summary>Answers a conversation, and gives out the answer step by step as the engine makes it; the last update
    /// says how it ended. Leaving the loop early cancels the call.</summary>
    /// <param name="messages">The conversation, of which the last message is to be answered.</param>
    /// <param name="options">What this call asks for; what is not set is what the bridge says.</param>
    /// <param name="cancellationToken">Cancels the call, in the engine too.</param>
    /// <exception cref="ArgumentException">There is no message, or another conversation stands in the
    /// options.</exception>
    /// <exception cref="LlmException">The call failed; its Error says how. Pieces given out before stay
    /// valid.</exception>
    /// <exception cref="LlmTimeoutException">A time limit passed; its Error says which.</exception>
    public IAsyncEnumerable<LlmUpdate> ChatStreamAsync(
        IEnumerable<LlmMessage> messages, CallOptions? options = null,
        CancellationToken cancellationToken = default) =>
        UpdatesAsync(CallInput.Of(messages, options), cancellationToken);

    /// <summary>A conversation that is kept under this name, in the folder of the option SessionDir. Nothing is opened
    /// before its first call.</summary>
    /// <param name="name">1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-', no dot first.</param>
    public LlmSession Session(string name) => new(this, name ?? throw new ArgumentNullException(nameof(name)));

    internal async IAsyncEnumerable<LlmUpdate> UpdatesAsync(
        CallInput input, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        LlmReply? end = null;
        await foreach (string piece in StreamAsync(input, reply => end = reply, cancellationToken)
            .ConfigureAwait(false))
        {
            yield return new LlmUpdate { Text = piece };
        }
        yield return LlmUpdate.Last(end!);
    }
}
