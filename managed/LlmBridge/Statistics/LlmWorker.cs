namespace LlmBridge;

/// <summary>A place for an engine's process, and what is in it.</summary>
/// <param name="Place">Its number, from 0.</param>
/// <param name="State">What the process is doing.</param>
/// <param name="ProcessId">Its process number, 0 if there is none. For logs, not for signals.</param>
/// <param name="Calls">Calls it is working on.</param>
/// <param name="Served">Calls it was given since it started.</param>
/// <param name="Ready">For how long it has been ready; zero if it is not.</param>
public readonly record struct LlmWorker(
    int Place, LlmWorkerState State, long ProcessId, int Calls, long Served, TimeSpan Ready);
