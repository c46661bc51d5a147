using System.Buffers;

namespace LlmBridge.Interop;

/// <summary>Several texts as UTF-8, one behind the other in one rented buffer. Disposed of after the call that copies
/// them.</summary>
internal sealed class TextBlock : IDisposable
{
    private readonly byte[] _bytes;

    /// <param name="texts">The list.</param>
    /// <param name="first">Where in the list the texts of this block begin.</param>
    /// <param name="count">How many they are.</param>
    /// <param name="what">Names the list in the refusal of what is not Unicode.</param>
    public TextBlock(IReadOnlyList<string> texts, int first, int count, string what)
    {
        int most = 0;
        for (int i = first; i < first + count; i++)
        {
            ArgumentNullException.ThrowIfNull(texts[i], what);
            most = checked(most + Utf8.SizeMax(texts[i]));
        }
        _bytes = ArrayPool<byte>.Shared.Rent(Math.Max(most, 1));
        Sizes = new ulong[count];
        int end = 0;
        try
        {
            for (int i = 0; i < count; i++)
            {
                int size = Utf8.Encode(texts[first + i], _bytes.AsSpan(end), what);
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
