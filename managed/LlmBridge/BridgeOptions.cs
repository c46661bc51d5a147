using LlmBridge.Interop;

namespace LlmBridge;

public sealed partial record BridgeOptions
{
    /// <summary>What calls ask for where their own options don't say.</summary>
    public CallOptions? Calls { get; init; }

    /// <summary>Settings by name and text value, for those who have them as text; they go before the properties above,
    /// which win over them.</summary>
    public IReadOnlyDictionary<string, string>? Settings { get; init; }

    internal SettingsHandle ToSettings() => SettingsWriter.Make(writer =>
    {
        foreach ((string name, string value) in Settings ?? CallOptions.NoSettings) writer.Text(name, value);
        Calls?.WriteTo(writer);
        WriteTyped(writer);
    });

    private partial void WriteTyped(ISettingsWriter writer);
}
