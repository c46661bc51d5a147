using LlmBridge.TestModels.Gguf;

namespace LlmBridge.TestModels;

/// <summary>
/// A llama-type model that says a sentence known in advance. Its blocks add nothing, so the next token depends on the
/// last one alone: each token is embedded as "where in the sentence we are", and the output matrix reads off what comes
/// next. The numbers are ones and zeros, so greedy text is the same on every processor, for every batch shape, and
/// after any prompt.
/// </summary>
public sealed record ChainModel
{
    /// <summary>What the default model says.</summary>
    public const string DefaultText = "Hello from llama.cpp, running in a process of its own.";

    private const int HeadSize = 32;

    /// <summary>The sentence.</summary>
    public string Text { get; init; } = DefaultText;

    /// <summary>Begin again instead of ending: an answer without end.</summary>
    public bool Loop { get; init; }

    /// <summary>Speak characters outside ASCII byte by byte, where no byte comes twice.</summary>
    public bool SplitCharacters { get; init; }

    /// <summary>How many blocks; each costs time and changes nothing.</summary>
    public int Layers { get; init; } = 2;

    /// <summary>The inner size of each block; a large one makes the model slow, and takes no room on disk.</summary>
    public int FeedForward { get; init; } = 64;

    /// <summary>How many inner blocks each block chooses one of; 0 for a single one without a choice.</summary>
    public int Experts { get; init; }

    /// <summary>The context the model says it was trained for.</summary>
    public int Context { get; init; } = 4096;

    /// <summary>How weights are stored.</summary>
    public TensorType Type { get; init; } = TensorType.F32;

    /// <summary>A Jinja chat template to carry, or null.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>Make ggml abort at the first decode, by a norm in a type that it cannot multiply with.</summary>
    public bool Aborts { get; init; }

    /// <summary>Writes the model.</summary>
    public void Write(string path)
    {
        IReadOnlyList<string> pieces = Sentence.Cut(Text, SplitCharacters);
        var vocabulary = new Vocabulary(pieces);
        int[] tokens = [.. pieces.Select(piece => vocabulary[piece])];
        // State i means "token i is next"; the last one that the sentence has ended.
        int states = tokens.Length + 1;
        int width = (states + HeadSize - 1) / HeadSize * HeadSize;
        var after = new Dictionary<int, int>();
        for (int i = 0; i < tokens.Length; i++)
        {
            after[tokens[i]] = Loop ? (i + 1) % tokens.Length : i + 1;
        }

        var saidIn = new Dictionary<int, int> { [Vocabulary.EndToken] = tokens.Length };
        for (int i = 0; i < tokens.Length; i++)
        {
            saidIn[tokens[i]] = i;
        }

        var writer = new GgufWriter();
        var shape = new ModelShape
        {
            Architecture = "llama",
            Name = "chain",
            Width = width,
            Heads = width / HeadSize,
            HeadsKeyValue = width / HeadSize,
            FeedForward = FeedForward,
            Layers = Layers,
            Context = Context,
            Type = Type,
        };
        shape.WriteMetadata(writer, vocabulary.Count);
        if (Experts > 0)
        {
            writer.Add("llama.expert_count", (uint)Experts).Add("llama.expert_used_count", 1u);
        }

        vocabulary.WriteTo(writer);
        if (ChatTemplate is not null)
        {
            writer.Add("tokenizer.chat_template", ChatTemplate);
        }

        AddTensors(writer, shape, vocabulary.Count, after, saidIn);
        writer.Write(path);
    }

    private void AddTensors(GgufWriter writer, ModelShape shape, int count, Dictionary<int, int> after,
        Dictionary<int, int> saidIn)
    {
        float[] OneAt(int? place)
        {
            var row = new float[shape.Width];
            if (place is int index)
            {
                row[index] = 1;
            }

            return row;
        }

        writer.Add(new GgufTensor("token_embd.weight", Type, [shape.Width, count],
            token => OneAt(after.GetValueOrDefault((int)token, 0))));
        writer.Add(shape.Ones("output_norm.weight"));
        writer.Add(new GgufTensor("output.weight", Type, [shape.Width, count],
            token => OneAt(saidIn.TryGetValue((int)token, out int state) ? state : null)));
        for (int layer = 0; layer < Layers; layer++)
        {
            string block = $"blk.{layer}.";
            writer.Add(shape.Ones(block + "attn_norm.weight") with { Type = Aborts ? TensorType.Q80 : TensorType.F32 });
            foreach (string name in (string[])["attn_q", "attn_k", "attn_v", "attn_output"])
            {
                writer.Add(new GgufTensor($"{block}{name}.weight", Type, [shape.Width, shape.Width], null));
            }

            writer.Add(shape.Ones(block + "ffn_norm.weight"));
            AddFeedForward(writer, block, shape.Width);
        }
    }

    private void AddFeedForward(GgufWriter writer, string block, int width)
    {
        string suffix = Experts > 0 ? "_exps" : "";
        void AddZeros(string name, params long[] dimensions) =>
            writer.Add(new GgufTensor($"{block}{name}{suffix}.weight", Type,
                Experts > 0 ? [.. dimensions, Experts] : dimensions, null));
        if (Experts > 0)
        {
            writer.Add(new GgufTensor(block + "ffn_gate_inp.weight", TensorType.F32, [width, Experts], null));
        }

        AddZeros("ffn_gate", width, FeedForward);
        AddZeros("ffn_up", width, FeedForward);
        AddZeros("ffn_down", FeedForward, width);
    }
}
