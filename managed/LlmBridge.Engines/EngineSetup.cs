using LlmBridge.Interop;

namespace LlmBridge.Engines;

/// <summary>What an engine knows of its host while it loads.</summary>
public sealed class EngineSetup
{
    private readonly nint _engine;

    internal EngineSetup(nint engine) => _engine = engine;

    /// <summary>A setting of the bridge as text; its default where it was not set, null if there is neither.</summary>
    public string? Setting(string name) => NativeEngine.Setting(_engine, name);

    /// <summary>Says that loading goes on, and how far it is, from 0 to 1.</summary>
    public void Loading(double fraction) => NativeEngine.Loading(_engine, (uint)(Math.Clamp(fraction, 0, 1) * 1000));
}
