using LlmBridge.Interop;

namespace LlmBridge.Benchmarks;

/// <summary>A bridge used as C uses it: blocking functions, by P/Invoke, bytes for text, nothing left to the garbage
/// collector. What everything else is compared with.</summary>
internal sealed unsafe class NativeCalls
{
    private const int PieceBytes = 4096;
    private const uint InOrder = 1;
    private readonly BridgeHandle _bridge;

    public NativeCalls(BridgeOptions options)
    {
        using SettingsHandle settings = options.ToSettings();
        _bridge = NativeBridge.Open(settings);
    }

    /// <summary>Asks and waits for the whole answer; returns its size.</summary>
    public ulong Generate(PinnedTexts prompt)
    {
        byte* answer;
        ulong size;
        NativeError error;
        error.struct_size = (uint)sizeof(NativeError);
        Check(NativeMethods.llmb_generate(
            _bridge, *prompt.Starts, *prompt.Sizes, SettingsHandle.None, &answer, &size, null, &error), error);
        NativeMethods.llmb_free(answer);
        return size;
    }

    /// <summary>Reads an answer piece by piece; returns how many reads gave something.</summary>
    public int Stream(PinnedTexts prompt)
    {
        byte* piece = stackalloc byte[PieceBytes];
        NativeError error;
        error.struct_size = (uint)sizeof(NativeError);
        Check(NativeMethods.llmb_call_start(
            _bridge, *prompt.Starts, *prompt.Sizes, SettingsHandle.None, out CallHandle call, &error), error);
        using (call)
        {
            for (int pieces = 0; ; pieces++)
            {
                ulong size;
                Check(NativeMethods.llmb_call_read(call, piece, PieceBytes, NativeClock.Never, &size, &error), error);
                if (size == 0) return pieces;
            }
        }
    }

    /// <summary>Embeds texts, which share the engine's work; returns their dimension.</summary>
    public ulong Embed(PinnedTexts texts)
    {
        float* vectors;
        ulong dimension;
        NativeError error;
        error.struct_size = (uint)sizeof(NativeError);
        Check(
            NativeMethods.llmb_embed_texts(_bridge, texts.Starts, texts.Sizes, texts.Count, SettingsHandle.None,
                &vectors, &dimension, null, &error),
            error);
        NativeMethods.llmb_free(vectors);
        return dimension;
    }

    /// <summary>Asks many prompts as one batch; returns how many were answered.</summary>
    public int GenerateBatch(PinnedTexts prompts) => Drain(prompts, embeds: false);

    /// <summary>Embeds many texts as one batch; returns how many were embedded.</summary>
    public int EmbedBatch(PinnedTexts texts) => Drain(texts, embeds: true);

    public void Close() => _bridge.Dispose();

    private int Drain(PinnedTexts texts, bool embeds)
    {
        nint batch;
        NativeError error;
        error.struct_size = (uint)sizeof(NativeError);
        Check(
            embeds
                ? NativeMethods.llmb_batch_start_embed(
                    _bridge, texts.Starts, texts.Sizes, texts.Count, SettingsHandle.None, InOrder, &batch, &error)
                : NativeMethods.llmb_batch_start(
                    _bridge, texts.Starts, texts.Sizes, texts.Count, SettingsHandle.None, InOrder, &batch, &error),
            error);
        for (int ended = 0; ; ended++)
        {
            int index;
            LlmStatus status;
            Check(NativeMethods.llmb_batch_next(batch, NativeClock.Never, &index, &status, &error), error);
            if (index < 0)
            {
                NativeMethods.llmb_batch_close(batch);
                return ended;
            }
            Check(status, error);
        }
    }

    private static void Check(LlmStatus status, in NativeError error) => NativeStatus.ThrowIfFailed(status, error);
}
