using System.Globalization;
using System.Text;

namespace LlmBridge;

/// <summary>What options say, by the names of their settings, for those who tell of a call. Keeps nothing that could
/// hold a prompt.</summary>
internal sealed class KnownSettings : ISettingsWriter
{
    private static readonly HashSet<string> s_told =
        ["engine", "model", "prompt_format", "max_tokens", "temperature", "top_k", "top_p", "seed", "slots", "workers"];
    private readonly Dictionary<string, object> _values = [];
    private readonly KnownSettings? _behind;

    public KnownSettings(BridgeOptions? options) => options?.WriteTo(this);

    /// <param name="behind">What counts where the call's options say nothing.</param>
    public KnownSettings(CallOptions options, KnownSettings behind)
    {
        _behind = behind;
        options.WriteTo(this);
    }

    public string? Text(string name) => Find(name)?.ToString();

    public double? Number(string name) =>
        Find(name) is { } value && double.TryParse(Convert.ToString(value, CultureInfo.InvariantCulture),
            NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number
            : null;

    private object? Find(string name)
    {
        if (_values.TryGetValue(name, out object? value)) return value;
        if (_behind != null) return _behind.Find(name);
        return Environment.GetEnvironmentVariable("LLMBRIDGE_" + name.ToUpperInvariant()) is { Length: > 0 } text
            ? text
            : null;
    }

    private void Keep(string name, object value)
    {
        if (s_told.Contains(name)) _values[name] = value;
    }

    void ISettingsWriter.Text(string name, string value) => Keep(name, value);

    void ISettingsWriter.Text(ReadOnlySpan<byte> name, string value) => Keep(Encoding.ASCII.GetString(name), value);

    void ISettingsWriter.Number(ReadOnlySpan<byte> name, IFormattable value) =>
        Keep(Encoding.ASCII.GetString(name), value);

    void ISettingsWriter.Milliseconds(ReadOnlySpan<byte> name, TimeSpan value) { }

    void ISettingsWriter.List(ReadOnlySpan<byte> name, IReadOnlyList<string> values) { }

    void ISettingsWriter.Names(ReadOnlySpan<byte> name, IEnumerable<string> values) { }

    void ISettingsWriter.Command(ReadOnlySpan<byte> name, IReadOnlyList<string> words, LlmEngine? engine) { }
}
