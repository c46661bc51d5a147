using System.Globalization;
using LlmBridge.TestModels.Gguf;

namespace LlmBridge.TestModels;

/// <summary>
/// A tokenizer of the SentencePiece kind: control tokens, all 256 bytes, printable ASCII, the space, and the pieces a
/// model is to speak in. Any UTF-8 text can be tokenized with it. Pieces of three characters or more are never found in
/// a prompt, since no shorter ones lead to them, so a prompt can't begin in the middle of what a model says.
/// </summary>
public sealed class Vocabulary
{
    /// <summary>How a space is written inside a piece.</summary>
    public const char Space = '\u2581';

    /// <summary>The token that ends an answer.</summary>
    public const int EndToken = 2;

    private const int FirstByteToken = 3;
    private const int TypeNormal = 1;
    private const int TypeUnknown = 2;
    private const int TypeControl = 3;
    private const int TypeByte = 6;

    private readonly List<string> _tokens = [];
    private readonly List<int> _types = [];
    private readonly Dictionary<string, int> _ids = [];

    /// <summary>Makes the vocabulary with these pieces, in which spaces are written as <see cref="Space"/>.</summary>
    public Vocabulary(IEnumerable<string> pieces)
    {
        Add("<unk>", TypeUnknown);
        Add("<s>", TypeControl);
        Add("</s>", TypeControl);
        for (int value = 0; value < 256; value++)
        {
            Add($"<0x{value.ToString("X2", CultureInfo.InvariantCulture)}>", TypeByte);
        }

        for (char letter = '!'; letter <= '~'; letter++)
        {
            Add(letter.ToString(), TypeNormal);
        }

        Add(Space.ToString(), TypeNormal);
        foreach (string piece in pieces)
        {
            Add(piece, TypeNormal);
        }
    }

    /// <summary>The vocabulary with as many syllables and words of two as it takes to have this many tokens.</summary>
    internal static Vocabulary OfSize(int size) => new(Syllables.Words(size - new Vocabulary([]).Count));

    /// <summary>How many tokens there are.</summary>
    public int Count => _tokens.Count;

    /// <summary>The token of a piece.</summary>
    public int this[string piece] => _ids[piece];

    /// <summary>The token of a byte.</summary>
    public static int ByteToken(byte value) => FirstByteToken + value;

    /// <summary>True for tokens that are whole characters, so that any row of them is valid UTF-8.</summary>
    public bool IsText(int token) => _types[token] == TypeNormal;

    /// <summary>True when there is such a piece.</summary>
    public bool Contains(string piece) => _ids.ContainsKey(piece);

    /// <summary>Writes the tokenizer's metadata.</summary>
    public void WriteTo(GgufWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Add("tokenizer.ggml.model", "llama")
            .Add("tokenizer.ggml.tokens", _tokens.ToArray())
            .Add("tokenizer.ggml.scores", _tokens.Select(token => (float)token.EnumerateRunes().Count()).ToArray())
            .Add("tokenizer.ggml.token_type", _types.ToArray())
            .Add("tokenizer.ggml.unknown_token_id", 0u)
            .Add("tokenizer.ggml.bos_token_id", 1u)
            .Add("tokenizer.ggml.eos_token_id", (uint)EndToken)
            .Add("tokenizer.ggml.add_bos_token", true)
            .Add("tokenizer.ggml.add_space_prefix", false);
    }

    private void Add(string token, int type)
    {
        if (_ids.TryAdd(token, _tokens.Count))
        {
            _tokens.Add(token);
            _types.Add(type);
        }
    }
}
