using System.Runtime.CompilerServices;
using System.Text;

namespace LlmBridge.Benchmarks;

/// <summary>Texts as C takes them, pointers and sizes, at places that the garbage collector does not change. Made once,
/// outside of what is measured.</summary>
internal sealed unsafe class PinnedTexts
{
    private readonly byte[][] _bytes;
    private readonly nint[] _starts;
    private readonly ulong[] _sizes;

    public PinnedTexts(params string[] texts)
    {
        _bytes = new byte[texts.Length][];
        _starts = GC.AllocateUninitializedArray<nint>(texts.Length, pinned: true);
        _sizes = GC.AllocateUninitializedArray<ulong>(texts.Length, pinned: true);
        for (int i = 0; i < texts.Length; i++)
        {
            int size = Encoding.UTF8.GetByteCount(texts[i]);
            _bytes[i] = GC.AllocateUninitializedArray<byte>(size + 1, pinned: true);
            Encoding.UTF8.GetBytes(texts[i], _bytes[i]);
            _starts[i] = (nint)Unsafe.AsPointer(ref _bytes[i][0]);
            _sizes[i] = (ulong)size;
        }
    }

    public byte** Starts => (byte**)Unsafe.AsPointer(ref _starts[0]);

    public ulong* Sizes => (ulong*)Unsafe.AsPointer(ref _sizes[0]);

    public uint Count => (uint)_bytes.Length;
}
