using LlmBridge.TestModels.Gguf;

namespace LlmBridge.TestModels;

/// <summary>The tokenizer of the encoder: word pieces, beginnings of words marked with
/// <see cref="Vocabulary.Space"/>.</summary>
internal static class WordPieces
{
    private static readonly string[] s_special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    /// <summary>Special tokens, letters, and then pieces.</summary>
    internal static string[] Words(IEnumerable<string> pieces)
    {
        IEnumerable<string> letters = Enumerable.Range('!', '~' - '!' + 1)
            .Select(code => ((char)code).ToString())
            .Where(letter => !char.IsAsciiLetterUpper(letter[0]));
        return [.. s_special, .. letters, .. letters.Select(letter => Vocabulary.Space + letter), .. pieces];
    }

    /// <summary>The pieces of a BERT vocabulary, where "##" goes on with a word, as GGUF has them.</summary>
    internal static string[] OfBert(IEnumerable<string> vocabulary) => [.. vocabulary.Select(OfBert)];

    internal static void WriteTo(GgufWriter writer, string[] words)
    {
        uint Id(string word) => checked((uint)Array.IndexOf(words, word));
        writer.Add("tokenizer.ggml.model", "bert")
            .Add("tokenizer.ggml.tokens", words)
            .Add("tokenizer.ggml.scores", new float[words.Length])
            .Add("tokenizer.ggml.token_type", words.Select(word => s_special.Contains(word) ? 3 : 1).ToArray())
            .Add("tokenizer.ggml.padding_token_id", Id("[PAD]"))
            .Add("tokenizer.ggml.unknown_token_id", Id("[UNK]"))
            .Add("tokenizer.ggml.bos_token_id", Id("[CLS]"))
            .Add("tokenizer.ggml.cls_token_id", Id("[CLS]"))
            .Add("tokenizer.ggml.seperator_token_id", Id("[SEP]"))
            .Add("tokenizer.ggml.mask_token_id", Id("[MASK]"));
    }
    private static string OfBert(string piece) =>
        piece.StartsWith("##", StringComparison.Ordinal) ? piece[2..]
        : piece.StartsWith('[') && piece.EndsWith(']') ? piece // a control token, or one of no text
        : Vocabulary.Space + piece;
}
