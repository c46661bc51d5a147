using System.Text.Json;

namespace LlmBridge.Serve;

/// <summary>llmbridge's sessions, where the gateway's settings keep them. Each call reads files, and so runs apart from
/// the threads that answer requests.</summary>
internal sealed class KeptSessions(ServeOptions options)
{
    private readonly BridgeOptions _bridge = new()
    {
        Settings = options.Settings.Where(setting => setting.Key is "session_dir" or "home").ToDictionary(),
    };

    /// <summary>The sessions that there are, an object each (llmbridge/session.h).</summary>
    public async Task<JsonDocument> ListAsync() =>
        JsonDocument.Parse(await Task.Run(() => LlmLibrary.ListSessions(_bridge)));

    /// <summary>A session and its records (llmbridge/session.h).</summary>
    /// <param name="name">The session's.</param>
    /// <param name="missing">How it is told that there is none.</param>
    public async Task<JsonDocument> ReadAsync(string name, Func<ApiException> missing) =>
        JsonDocument.Parse(await TellAsync(() => LlmLibrary.ReadSession(name, _bridge), missing));

    /// <summary>Removes a session.</summary>
    /// <param name="name">The session's.</param>
    /// <param name="missing">How it is told that there is none.</param>
    public Task DeleteAsync(string name, Func<ApiException> missing) => TellAsync(
        () =>
        {
            LlmLibrary.DeleteSession(name, _bridge);
            return name;
        },
        missing);

    private static async Task<string> TellAsync(Func<string> work, Func<ApiException> missing)
    {
        try
        {
            return await Task.Run(work);
        }
        catch (LlmException e) when (e.Error.Status == LlmStatus.NotFound)
        {
            throw missing();
        }
    }
}
