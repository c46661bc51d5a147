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

    internal static void WriteTo(GgufWriter writer, string[] words)
    {
        writer.Add("tokenizer.ggml.model", "bert")
            .Add("tokenizer.ggml.tokens", words)
            .Add("tokenizer.ggml.scores", new float[words.Length])
            .Add("tokenizer.ggml.token_type", words.Select((_, i) => i < s_special.Length ? 3 : 1).ToArray())
            .Add("tokenizer.ggml.padding_token_id", 0u)
            .Add("tokenizer.ggml.unknown_token_id", 1u)
            .Add("tokenizer.ggml.bos_token_id", 2u)
            .Add("tokenizer.ggml.cls_token_id", 2u)
            .Add("tokenizer.ggml.seperator_token_id", 3u)
            .Add("tokenizer.ggml.mask_token_id", 4u);
    }
}
