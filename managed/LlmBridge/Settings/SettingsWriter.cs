using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using LlmBridge.Interop;

namespace LlmBridge;

/// <summary>Turns options into a native set of settings. The library checks each value; nothing is checked
/// twice.</summary>
internal sealed class SettingsWriter(SettingsHandle settings) : ISettingsWriter
{
    /// <summary>The settings of options; the caller disposes of them.</summary>
    public static SettingsHandle Make(Action<ISettingsWriter> write)
    {
        SettingsHandle settings = NativeSettings.Create();
        try
        {
            write(new SettingsWriter(settings));
            return settings;
        }
        catch
        {
            settings.Dispose();
            throw;
        }
    }

    public void Text(ReadOnlySpan<byte> name, string value)
    {
        try
        {
            NativeSettings.Set(settings, name, value);
        }
        catch (LlmException e) when (PropertyNames.Of(Encoding.ASCII.GetString(name)) is { } property)
        {
            // The library names the setting, the caller knows the property.
            throw new LlmException(e.Error with { Message = $"{property}: {e.Error.Message}" }, e);
        }
    }

    public void Text(string name, string value) => NativeSettings.Set(settings, name, value);

    public void Number(ReadOnlySpan<byte> name, IFormattable value) =>
        Text(name, value.ToString(null, CultureInfo.InvariantCulture));

    public void Milliseconds(ReadOnlySpan<byte> name, TimeSpan value)
    {
        // A limit of half a millisecond must not become 0, which for several settings is "no limit".
        double milliseconds = value.TotalMilliseconds is > 0 and < 1 ? 1 : Math.Round(value.TotalMilliseconds);
        Text(name, milliseconds.ToString("0", CultureInfo.InvariantCulture));
    }

    public void List(ReadOnlySpan<byte> name, IReadOnlyList<string> values) =>
        Text(name, JsonSerializer.Serialize(values, SettingsJson.Default.IReadOnlyListString));

    public void Names(ReadOnlySpan<byte> name, IEnumerable<string> values) => Text(name, string.Join(',', values));

    public void Command(ReadOnlySpan<byte> name, IReadOnlyList<string> words, LlmEngine? engine)
    {
        if (engine == LlmEngine.Fake) Text(name, string.Join(';', words));
        else List(name, words);
    }
}

/// <summary>What settings hold as JSON.</summary>
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class SettingsJson : JsonSerializerContext;
