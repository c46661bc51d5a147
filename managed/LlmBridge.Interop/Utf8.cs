using System.Buffers;
using System.Text;

namespace LlmBridge.Interop;

/// <summary>Text on its way to and from the library. Strict towards it: what is no Unicode text is refused. Lax from
/// it: what the library gives out was checked there, but an engine's own words may have been cut.</summary>
internal static class Utf8
{
    private static readonly UTF8Encoding s_strict =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Big enough for names, values and most prompts; small enough for any thread's stack.</summary>
    public const int StackBytes = 512;

    /// <summary>Text of a fixed field, up to its NUL.</summary>
    public static string Text(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }

    /// <summary>Whether a fixed field holds this ASCII text.</summary>
    public static bool Equal(ReadOnlySpan<byte> field, string ascii)
    {
        int end = field.IndexOf((byte)0);
        return Ascii.Equals(end < 0 ? field : field[..end], ascii);
    }

    public static unsafe string Text(byte* text) =>
        Text(System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));

    /// <summary>A whole answer, which the library has checked to be UTF-8.</summary>
    public static string Answer(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    /// <summary>A message of anybody's, made such that it can be encoded and is read to its end.</summary>
    public static string Sayable(string message) =>
        Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(message)).Replace('\0', ' ');

    /// <summary>Whether no surrogate stands alone.</summary>
    public static bool IsUnicode(string text)
    {
        for (ReadOnlySpan<char> rest = text; (rest.IndexOfAnyInRange('\ud800', '\udfff')) is >= 0 and int at;)
        {
            if (Rune.DecodeFromUtf16(rest[at..], out _, out int length) != OperationStatus.Done) return false;
            rest = rest[(at + length)..];
        }
        return true;
    }

    /// <summary>The most bytes that a text can need.</summary>
    public static int SizeMax(string text) => s_strict.GetMaxByteCount(text.Length);

    /// <summary>Encodes text into a buffer that is large enough; returns its size.</summary>
    public static int Encode(string text, Span<byte> buffer, string what)
    {
        try
        {
            return s_strict.GetBytes(text, buffer);
        }
        catch (EncoderFallbackException e)
        {
            throw new ArgumentException($"not Unicode text: a surrogate stands alone at {e.Index}", what, e);
        }
    }

    /// <summary>Encodes text and a NUL into the buffer given, or into a rented one where that is too small.</summary>
    public ref struct Encoded
    {
        private byte[]? _rented;

        /// <summary>The text and its NUL. Not to be used after Dispose.</summary>
        public ReadOnlySpan<byte> WithNul { get; }

        /// <summary>The text alone.</summary>
        public readonly ReadOnlySpan<byte> Bytes => WithNul[..^1];

        /// <param name="what">Names the text in the refusal of what is not Unicode.</param>
        public Encoded(string text, Span<byte> buffer, string what)
        {
            ArgumentNullException.ThrowIfNull(text, what);
            int most = SizeMax(text) + 1;
            if (most > buffer.Length) buffer = _rented = ArrayPool<byte>.Shared.Rent(most);
            try
            {
                int size = Encode(text, buffer, what);
                buffer[size] = 0;
                WithNul = buffer[..(size + 1)];
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        /// <summary>The text with its NUL, for functions that read up to a NUL and would miss what follows an inner
        /// one.</summary>
        public readonly ReadOnlySpan<byte> Terminated(string what)
        {
            int nul = Bytes.IndexOf((byte)0);
            if (nul < 0) return WithNul;
            throw new ArgumentException($"a NUL stands at byte {nul}; text must have none", what);
        }

        public void Dispose()
        {
            if (_rented is not { } rented) return;
            _rented = null;
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
