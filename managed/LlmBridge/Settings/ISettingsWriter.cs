namespace LlmBridge;

/// <summary>Takes options one by one, in the forms that the generated records have them.</summary>
internal interface ISettingsWriter
{
    /// <summary>Names are u8 literals: ASCII, with a NUL after them in memory.</summary>
    void Text(ReadOnlySpan<byte> name, string value);

    void Text(string name, string value);

    void Number(ReadOnlySpan<byte> name, IFormattable value);

    void Milliseconds(ReadOnlySpan<byte> name, TimeSpan value);

    void List(ReadOnlySpan<byte> name, IReadOnlyList<string> values);
}
