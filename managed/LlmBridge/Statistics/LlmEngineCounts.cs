namespace LlmBridge;

/// <summary>What became of the engine processes of a bridge.</summary>
/// <param name="Started">How many were asked for.</param>
/// <param name="Ready">Of those, got ready.</param>
/// <param name="Retired">Ended by their own wish: idle, or recycled.</param>
/// <param name="Crashed">Died of a signal, or exited uncalled for.</param>
/// <param name="Hung">Killed for making no progress, or for not giving up a call.</param>
/// <param name="Broken">Killed for breaking the protocol.</param>
/// <param name="Refused">Could not start: no program, bad model, no memory.</param>
public readonly record struct LlmEngineCounts(
    long Started, long Ready, long Retired, long Crashed, long Hung, long Broken, long Refused);
