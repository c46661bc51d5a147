using System.Text.Json;

namespace LlmBridge;

/// <summary>What failed and why: the same facts that every host of the library gets.</summary>
public sealed record LlmError
{
    /// <summary>How the call ended.</summary>
    public required LlmStatus Status { get; init; }

    /// <summary>One or two sentences: the step that failed, the value concerned, what is allowed.</summary>
    public required string Message { get; init; }

    /// <summary>What was being done.</summary>
    public LlmPhase Phase { get; init; }

    /// <summary>The engine concerned, empty if none.</summary>
    public string Engine { get; init; } = "";

    /// <summary>errno of the failing step, 0 if none.</summary>
    public int OsCode { get; init; }

    /// <summary>How the engine's process ended, if that is why the call failed.</summary>
    public LlmExitKind ExitKind { get; init; }

    /// <summary>Exit status or signal number of the engine's process.</summary>
    public int ExitValue { get; init; }

    /// <summary>True when repeating the call cannot do anything twice.</summary>
    public bool RetrySafe { get; init; }

    /// <summary>How many engines the call was given to.</summary>
    public int Attempts { get; init; }

    /// <summary>From the start of the call to the failure.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>The engine's last lines on stderr; text of the engine's, not to be trusted.</summary>
    public string EngineLog { get; init; } = "";

    /// <summary>The status's name, such as "engine_crashed".</summary>
    public string Code => Status.Name();

    /// <summary>The status and the message; the engine's own words are in <see cref="EngineLog"/> alone.</summary>
    public override string ToString() => $"{Code}: {Message}";

    /// <summary>The error as the JSON object that the C functions and the command line give.</summary>
    public string ToJson() => JsonSerializer.Serialize(ErrorJson.Of(this), ErrorJsonContext.Readable.ErrorJson);
}
