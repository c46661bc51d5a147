using LlmBridge.Interop;

namespace LlmBridge;

/// <summary>The native library in use. Each property loads it, once per process.</summary>
public static class LlmLibrary
{
    /// <summary>Where it was found: a file, or the bare name that the system's loader knew.</summary>
    /// <exception cref="LlmException">It was not found, or is of another ABI; the message says what to do.</exception>
    public static string Path => LibraryLoader.Current.Path;

    /// <summary>What it says of itself, such as "0.1.0".</summary>
    public static string Version => LibraryLoader.Current.Version;

    /// <summary>The number of its binary interface.</summary>
    public static uint AbiVersion => LibraryLoader.Current.AbiVersion;

    /// <summary>All settings that it knows, as JSON: name, type, default, range and help of each.</summary>
    public static string SettingsJson => NativeSettings.Table();

    /// <summary>What each engine can do, as JSON.</summary>
    public static string EnginesJson => NativeSettings.Engines();

    /// <summary>What it finds where for a bridge of these options, and why it does not find the rest, as JSON: itself,
    /// the programs and modules that it starts, the model, the limits on processes. Starts nothing.</summary>
    /// <exception cref="LlmException">An option is wrong.</exception>
    public static string ExamineInstallation(BridgeOptions? options = null)
    {
        using SettingsHandle settings = (options ?? new BridgeOptions()).ToSettings();
        return NativeInstallation.Examine(settings);
    }

    /// <summary>Which shared engines (isolation=shared) of this user serve, and whom, as JSON (llmbridge/shared.h).
    /// Starts none.</summary>
    /// <param name="options">For the setting home.</param>
    public static string ListShared(BridgeOptions? options = null)
    {
        using SettingsHandle settings = (options ?? new BridgeOptions()).ToSettings();
        return NativeShared.List(settings);
    }

    /// <summary>Asks servers of shared engines to end, and kills those that are still there after the grace time of
    /// the options; what has become of each, as JSON (llmbridge/shared.h).</summary>
    /// <param name="key">One's key, or the first digits of it; "all" are all.</param>
    /// <param name="options">For the settings home and grace_ms.</param>
    /// <exception cref="LlmException">NotFound: nobody serves that key.</exception>
    public static string StopShared(string key, BridgeOptions? options = null)
    {
        using SettingsHandle settings = (options ?? new BridgeOptions()).ToSettings();
        return NativeShared.Stop(settings, key);
    }

    /// <summary>The sessions (the setting session) that are kept, as JSON (llmbridge/session.h).</summary>
    /// <param name="options">For the settings session_dir and home.</param>
    public static string ListSessions(BridgeOptions? options = null)
    {
        using SettingsHandle settings = (options ?? new BridgeOptions()).ToSettings();
        return NativeSession.List(settings);
    }

    /// <summary>A session's records, as JSON (llmbridge/session.h).</summary>
    /// <param name="name">The session's.</param>
    /// <param name="options">For the settings session_dir and home.</param>
    /// <exception cref="LlmException">NotFound: there is none. Unavailable: it is damaged.</exception>
    public static string ReadSession(string name, BridgeOptions? options = null)
    {
        using SettingsHandle settings = (options ?? new BridgeOptions()).ToSettings();
        return NativeSession.Read(settings, name);
    }

    /// <summary>Removes a session.</summary>
    /// <param name="name">The session's.</param>
    /// <param name="options">For the settings session_dir and home.</param>
    /// <exception cref="LlmException">NotFound: there is none. Unavailable: a call has its turn.</exception>
    public static void DeleteSession(string name, BridgeOptions? options = null)
    {
        using SettingsHandle settings = (options ?? new BridgeOptions()).ToSettings();
        NativeSession.Delete(settings, name);
    }
}
