using System.Buffers;

namespace LlmBridge.Interop;

/// <summary>Several texts as UTF-8, one behind the other in one rented buffer. Disposed of after the call that copies
/// them.</summary>
internal sealed class TextBlock : IDisposable
{
    private readonly byte[] _bytes;

    public TextBlock(IReadOnlyList<string> texts, string what)
    {
        int most = 0;
        foreach (string text in texts)
        {
            ArgumentNullException.ThrowIfNull(text, what);
            most = checked(most + Utf8.SizeMax(text));
        }
        _bytes = ArrayPool<byte>.Shared.Rent(Math.Max(most, 1));
        Sizes = new ulong[texts.Count];
        int end = 0;
        try
        {
            for (int i = 0; i < texts.Count; i++)
            {
                int size = Utf8.Encode(texts[i], _bytes.AsSpan(end), what);
                Sizes[i] = (ulong)size;
                end += size;
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public ReadOnlySpan<byte> Bytes => _bytes;

    public ulong[] Sizes { get; }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes);
}
