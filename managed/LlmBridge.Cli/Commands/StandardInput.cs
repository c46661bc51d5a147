using System.Text;

namespace LlmBridge.Cli;

/// <summary>Text from stdin, refused where it is no UTF-8: a silent replacement would ask something else.</summary>
internal static class StandardInput
{
    private const int PieceBytes = 64 << 10;

    private static readonly UTF8Encoding s_strict =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>All of stdin, without the newline that ends its last line.</summary>
    public static async Task<string> ReadTextAsync(CancellationToken cancellationToken)
    {
        Stream input = Open();
        using var all = new MemoryStream();
        byte[] piece = new byte[PieceBytes];
        for (int size; (size = await ReadAsync(input, piece, cancellationToken)) > 0;) all.Write(piece, 0, size);
        string text = Decode(all.GetBuffer().AsSpan(0, (int)all.Length), 0);
        if (text.EndsWith("\r\n", StringComparison.Ordinal)) return text[..^2];
        return text.EndsWith('\n') ? text[..^1] : text;
    }

    /// <summary>Stdin, for bytes; an error if the program was started without one.</summary>
    public static Stream Open() =>
        InheritedStreams.Input ? Console.OpenStandardInput() : throw Invalid("stdin is closed", null);

    /// <summary>A read of a pipe or a terminal cannot be called back; leaving it behind is how a signal gets past
    /// it.</summary>
    public static async Task<int> ReadAsync(Stream input, byte[] piece, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(() => input.Read(piece), CancellationToken.None).WaitAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Invalid("stdin cannot be read: " + e.Message, e);
        }
    }

    /// <param name="bytes">Text.</param>
    /// <param name="offset">Where in stdin it began.</param>
    public static string Decode(ReadOnlySpan<byte> bytes, long offset)
    {
        try
        {
            return s_strict.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw Invalid($"stdin is not UTF-8: byte {offset + e.Index}", e);
        }
    }

    private static LlmException Invalid(string message, Exception? cause)
    {
        var error = new LlmError
        {
            Status = LlmStatus.InvalidArgument,
            Phase = LlmPhase.Configure,
            Message = message,
            RetrySafe = true,
        };
        return cause is null ? new LlmException(error) : new LlmException(error, cause);
    }
}
