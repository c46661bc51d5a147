using LlmBridge.Interop;

namespace LlmBridge;

public sealed partial class BridgeOptions
{
    /// <summary>What calls ask for where their own options don't say.</summary>
    public CallOptions? Calls { get; set; }

    /// <summary>Settings by name and text value, for those who have them as text; they go before the properties above,
    /// which win over them.</summary>
    public IReadOnlyDictionary<string, string>? Settings { get; set; }

    /// <summary>Options of their own with the same values.</summary>
    public BridgeOptions Clone()
    {
        var copy = (BridgeOptions)MemberwiseClone();
        copy.Calls = Calls?.Clone();
        return copy;
    }

    /// <summary>Checks each value by itself, as opening a client does; starts and looks at nothing.</summary>
    /// <exception cref="LlmException">A value is wrong; the message names property and setting, the value and what is
    /// allowed.</exception>
    public void Validate() => ToSettings().Dispose();

    internal SettingsHandle ToSettings() => SettingsWriter.Make(WriteTo);

    internal void WriteTo(ISettingsWriter writer)
    {
        foreach ((string name, string value) in Settings ?? CallOptions.NoSettings) writer.Text(name, value);
        Calls?.WriteTo(writer);
        WriteTyped(writer);
    }

    private partial void WriteTyped(ISettingsWriter writer);
}
