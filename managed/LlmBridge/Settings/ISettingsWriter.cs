namespace LlmBridge;

/// <summary>Takes options one by one, in the forms that the generated classes have them.</summary>
internal interface ISettingsWriter
{
    /// <summary>Names are u8 literals: ASCII, with a NUL after them in memory.</summary>
    void Text(ReadOnlySpan<byte> name, string value);

    void Text(string name, string value);

    void Number(ReadOnlySpan<byte> name, IFormattable value);

    void Milliseconds(ReadOnlySpan<byte> name, TimeSpan value);

    /// <summary>Texts of any kind.</summary>
    void List(ReadOnlySpan<byte> name, IReadOnlyList<string> values);

    /// <summary>Names, which hold no commas.</summary>
    void Names(ReadOnlySpan<byte> name, IEnumerable<string> values);

    /// <summary>A program and its arguments; of the fake engine, the steps of its script.</summary>
    void Command(ReadOnlySpan<byte> name, IReadOnlyList<string> words, LlmEngine? engine);
}
