namespace LlmBridge.OpenAI;

/// <summary>A file that holds a key: one word, which goes into a header.</summary>
public static class ApiKeyFile
{
    private const long BytesMax = 64 * 1024;

    /// <summary>The key.</summary>
    /// <exception cref="FormatException">The file holds none.</exception>
    public static async Task<string> ReadAsync(string path)
    {
        if (new FileInfo(path).Length > BytesMax)
        {
            throw new FormatException($"api_key_file: {path} has more than {BytesMax} bytes");
        }
        string key = (await File.ReadAllTextAsync(path).ConfigureAwait(false)).Trim();
        bool isWord = key.Length > 0 && key.All(c => c is > ' ' and < '\x7f');
        return isWord ? key : throw new FormatException(
            $"api_key_file: {path} holds no key; allowed is one word of printable ASCII characters");
    }
}
