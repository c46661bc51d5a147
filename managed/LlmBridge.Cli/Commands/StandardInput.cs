using System.Text;

namespace LlmBridge.Cli;

/// <summary>Text from stdin, refused where it is no UTF-8: a silent replacement would ask something else.</summary>
internal static class StandardInput
{
    private static readonly UTF8Encoding s_strict =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>All of stdin, without the newline that ends its last line.</summary>
    public static async Task<string> ReadTextAsync(CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await using Stream input = Console.OpenStandardInput();
        await input.CopyToAsync(buffer, cancellationToken);
        try
        {
            string text = s_strict.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
            if (text.EndsWith("\r\n", StringComparison.Ordinal)) return text[..^2];
            return text.EndsWith('\n') ? text[..^1] : text;
        }
        catch (DecoderFallbackException e)
        {
            throw new LlmException(
                new LlmError
                {
                    Status = LlmStatus.InvalidArgument,
                    Phase = LlmPhase.Configure,
                    Message = $"stdin is not UTF-8: byte {e.Index}",
                    RetrySafe = true,
                },
                e);
        }
    }
}
