using System.Text;

namespace LlmBridge.Cli;

/// <summary>The arguments as they were given: the runtime replaces what is no UTF-8, which would ask something
/// else.</summary>
internal static class ArgumentBytes
{
    private static readonly UTF8Encoding s_strict =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>What is wrong with the first argument that is no UTF-8; null if all are.</summary>
    public static string? FindInvalid(string[] arguments)
    {
        if (!arguments.Any(argument => argument.Contains('\uFFFD', StringComparison.Ordinal))) return null;
        byte[][] given = ReadAll();
        int first = given.Length - arguments.Length; // behind the program's name, and its launcher's
        for (int i = Math.Max(first, 0); i < given.Length; i++)
        {
            try
            {
                _ = s_strict.GetCharCount(given[i]);
            }
            catch (DecoderFallbackException e)
            {
                return $"argument {i - first + 1} is not UTF-8: byte {e.Index}";
            }
        }
        return null;
    }

    private static byte[][] ReadAll()
    {
        try
        {
            byte[] all = File.ReadAllBytes("/proc/self/cmdline");
            var parts = new List<byte[]>();
            for (int begin = 0, end; begin < all.Length; begin = end + 1)
            {
                end = Array.IndexOf(all, (byte)0, begin);
                if (end < 0) end = all.Length;
                parts.Add(all[begin..end]);
            }
            return [.. parts];
        }
        catch (IOException)
        {
            return [];
        }
    }
}
