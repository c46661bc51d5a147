using LlmBridge.Interop;
using Microsoft.Extensions.Logging;

namespace LlmBridge;

public sealed partial record BridgeOptions
{
    /// <summary>What calls ask for where their own options don't say.</summary>
    public CallOptions? Calls { get; init; }

    /// <summary>Settings by name and text value, for those who have them as text; they go before the properties above,
    /// which win over them.</summary>
    public IReadOnlyDictionary<string, string>? Settings { get; init; }

    /// <summary>Where the bridge's events are logged, under the category "LlmBridge": engines that start and fail,
    /// calls that move and fail. They hold no prompt and no answer; an engine's last words are its own. They are
    /// written when calls end, on the caller's side.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    internal SettingsHandle ToSettings() => SettingsWriter.Make(WriteTo);

    internal void WriteTo(ISettingsWriter writer)
    {
        foreach ((string name, string value) in Settings ?? CallOptions.NoSettings) writer.Text(name, value);
        Calls?.WriteTo(writer);
        WriteTyped(writer);
    }

    private partial void WriteTyped(ISettingsWriter writer);
}
