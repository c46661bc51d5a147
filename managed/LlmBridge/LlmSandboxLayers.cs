namespace LlmBridge;

/// <summary>What an engine's process has given up for good before it served its first call.</summary>
[Flags]
public enum LlmSandboxLayers
{
    /// <summary>Nothing, or no engine was ready yet.</summary>
    None = 0,

    /// <summary>New privileges.</summary>
    Privileges = 1,

    /// <summary>Core dumps, written files, many descriptors, memory beyond its limit.</summary>
    Limits = 2,

    /// <summary>All files but its libraries and its model.</summary>
    Files = 4,

    /// <summary>Starting programs, processes and threads, opening files and sockets.</summary>
    Calls = 8,

    /// <summary>All of them: what the setting sandbox=required asks for.</summary>
    All = 15,
}
