using System.Globalization;
using LlmBridge.Interop;

namespace LlmBridge;

/// <summary>One thing that happened to a client's bridge. Never holds a prompt or an answer; an engine's last
/// words are its own.</summary>
public sealed record LlmEvent
{
    /// <summary>1 for the first event of the bridge, and so on.</summary>
    public required long Sequence { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>What.</summary>
    public LlmEventKind Kind { get; init; }

    /// <summary>What failed; Ok if nothing did.</summary>
    public LlmStatus Status { get; init; }

    /// <summary>The engine's process, 0 if none is concerned. For logs, not for signals.</summary>
    public long ProcessId { get; init; }

    /// <summary>How that process ended.</summary>
    public LlmExitKind ExitKind { get; init; }

    /// <summary>Its exit status or signal number.</summary>
    public int ExitValue { get; init; }

    /// <summary>The call concerned, counted from 1 as calls start; 0 if none is.</summary>
    public long CallId { get; init; }

    /// <summary>For people; an engine's own words may be in it.</summary>
    public string Text { get; init; } = "";

    /// <summary>How the process ended, such as "signal 11"; empty if it did not.</summary>
    public string Exit => ExitKind switch
    {
        LlmExitKind.None => "",
        LlmExitKind.Code => string.Create(CultureInfo.InvariantCulture, $"exit {ExitValue}"),
        LlmExitKind.Signal => string.Create(CultureInfo.InvariantCulture, $"signal {ExitValue}"),
        _ => "unknown end",
    };

    internal static LlmEvent Of(in NativeEvent source, DateTimeOffset now, ulong nowNs) => new()
    {
        Sequence = (long)source.sequence,
        Time = now - TimeSpan.FromMicroseconds((nowNs - Math.Min(source.time_ns, nowNs)) / 1000.0),
        Kind = (LlmEventKind)source.kind,
        Status = (LlmStatus)source.status,
        ProcessId = source.pid,
        ExitKind = (LlmExitKind)source.exit_kind,
        ExitValue = source.exit_value,
        CallId = (long)source.call_id,
        Text = Utf8.Text(source.text),
    };
}
