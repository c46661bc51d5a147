namespace LlmBridge;

/// <summary>A conversation that is kept under a name: each call goes on with it, also another program's. Made by
/// <see cref="LlmClient.Session"/>.</summary>
public sealed class LlmSession
{
    private readonly LlmClient _client;

    internal LlmSession(LlmClient client, string name)
    {
        _client = client;
        Name = name;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Says this as the user, and waits for the whole answer; both are kept once it has come.</summary>
    /// <param name="prompt">What the user says.</param>
    /// <param name="options">What this call asks for; what is not set is what the bridge says.</param>
    /// <param name="cancellationToken">Cancels the call, and leaves the session as it was.</param>
    /// <exception cref="LlmException">The call failed, and the session is as it was; its Error says how.</exception>
    public Task<LlmReply> AskAsync(
        string prompt, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        _client.AskAsync(prompt, Of(options), cancellationToken);

    /// <summary>The same, with the answer piece by piece: it is kept when the loop has come to its end.</summary>
    /// <param name="prompt">What the user says.</param>
    /// <param name="options">What this call asks for; what is not set is what the bridge says.</param>
    /// <param name="cancellationToken">Cancels the call, and leaves the session as it was.</param>
    /// <exception cref="LlmException">The call failed, and the session is as it was; its Error says how.</exception>
    public IAsyncEnumerable<string> StreamAsync(
        string prompt, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        _client.StreamAsync(prompt, Of(options), cancellationToken);

    /// <summary>Adds these messages and waits for the whole answer.</summary>
    /// <param name="messages">What is added; a system message only where the session is new.</param>
    /// <param name="options">What this call asks for; what is not set is what the bridge says.</param>
    /// <param name="cancellationToken">Cancels the call, and leaves the session as it was.</param>
    /// <exception cref="LlmException">The call failed, and the session is as it was; its Error says how.</exception>
    public Task<LlmReply> ChatAsync(
        IEnumerable<LlmMessage> messages, CallOptions? options = null,
        CancellationToken cancellationToken = default) =>
        _client.ChatAsync(messages, Of(options), cancellationToken);

    private CallOptions Of(CallOptions? options)
    {
        CallOptions own = options?.Clone() ?? new CallOptions();
        own.Session = Name;
        return own;
    }
}
