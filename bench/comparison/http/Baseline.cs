using System.Runtime.InteropServices;

namespace LlmBridge.Comparison.Http;

/// <summary>libllama by P/Invoke, through the module that llmbridge-bench measures itself against.</summary>
internal sealed partial class Baseline(string model, uint threads)
{
    private const string Library = "bench-llama";
    private const uint ContextTokens = 1024;
    private const uint StreamsMax = 8;

    private readonly Lazy<nint> _generator = new(() => Open(model, threads, OpenGenerator));
    private readonly Lazy<nint> _embedder = new(() => Open(model, threads, OpenEmbedder));

    /// <summary>Says where the module lies; before the first use.</summary>
    public static void UseModule(string path) =>
        NativeLibrary.SetDllImportResolver(typeof(Baseline).Assembly, (_, _, _) => NativeLibrary.Load(path));

    public Generation Generate(string prompt, uint tokens)
    {
        ulong count = Generate(_generator.Value, prompt, tokens, 1);
        return new Generation(count, Marshal.PtrToStringUTF8(Text(_generator.Value))!);
    }

    public float[][] Embed(string[] texts)
    {
        ulong dimension = Embed(_embedder.Value, texts, (uint)texts.Length);
        var vectors = new float[texts.Length][];
        for (int i = 0; i < vectors.Length; i++)
        {
            vectors[i] = new float[dimension];
            Marshal.Copy(Vector(_embedder.Value, (uint)i), vectors[i], 0, vectors[i].Length);
        }
        return vectors;
    }

    private delegate nint Opener(in Options options);

    private static nint Open(string model, uint threads, Opener open)
    {
        nint name = Marshal.StringToCoTaskMemUTF8(model);
        var options = new Options { Model = name, Context = ContextTokens, Threads = threads, Sequences = StreamsMax };
        nint opened = open(options);
        Marshal.FreeCoTaskMem(name);
        return opened != 0 ? opened : throw new InvalidOperationException("the model does not load");
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Options
    {
        public nint Model;
        public uint Context;
        public uint Threads;
        public uint Sequences;
    }

    [LibraryImport(Library, EntryPoint = "llama_baseline_open")]
    private static partial nint OpenGenerator(in Options options);

    [LibraryImport(Library, EntryPoint = "llama_baseline_generate", StringMarshalling = StringMarshalling.Utf8)]
    private static partial ulong Generate(nint baseline, string prompt, uint tokens, uint streams);

    [LibraryImport(Library, EntryPoint = "llama_baseline_text")]
    private static partial nint Text(nint baseline);

    [LibraryImport(Library, EntryPoint = "llama_embed_baseline_open")]
    private static partial nint OpenEmbedder(in Options options);

    [LibraryImport(Library, EntryPoint = "llama_embed_baseline_run", StringMarshalling = StringMarshalling.Utf8)]
    private static partial ulong Embed(nint baseline, string[] texts, uint count);

    [LibraryImport(Library, EntryPoint = "llama_embed_baseline_vector")]
    private static partial nint Vector(nint baseline, uint index);
}
