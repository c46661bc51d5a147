using LlmBridge.Interop;

namespace LlmBridge;

public sealed partial class CallOptions
{
    internal static readonly IReadOnlyDictionary<string, string> NoSettings = new Dictionary<string, string>();

    /// <summary>Settings by name and text value, for those who have them as text; they go before the properties above,
    /// which win over them.</summary>
    public IReadOnlyDictionary<string, string>? Settings { get; set; }

    /// <summary>Options of their own with the same values.</summary>
    public CallOptions Clone() => (CallOptions)MemberwiseClone();

    internal SettingsHandle ToSettings() => SettingsWriter.Make(WriteTo);

    internal void WriteTo(ISettingsWriter writer)
    {
        foreach ((string name, string value) in Settings ?? NoSettings) writer.Text(name, value);
        WriteTyped(writer);
    }

    private partial void WriteTyped(ISettingsWriter writer);
}
