namespace LlmBridge.OpenAI;

/// <summary>What went wrong at a server, as far as it matters to who asked.</summary>
public enum ServerFault
{
    /// <summary>The server said no, and would say so again.</summary>
    Refused,

    /// <summary>What was asked is wrong or not known to the server.</summary>
    Invalid,

    /// <summary>The prompt is longer than the model's context.</summary>
    ContextFull,

    /// <summary>The server has too much to do.</summary>
    Overloaded,

    /// <summary>The server cannot be reached, or cannot serve now.</summary>
    Unavailable,

    /// <summary>The connection ended before the answer did.</summary>
    CutOff,

    /// <summary>The server sent nothing of the answer for longer than is allowed.</summary>
    Stalled,

    /// <summary>What the server sent is not what the protocol allows.</summary>
    Malformed,

    /// <summary>The server does not do that.</summary>
    Unsupported,
}
