using System.Text;

namespace LlmBridge.Cli;

/// <summary>A file that the command line names, read as a whole.</summary>
internal static class InputFile
{
    /// <exception cref="LlmException">It cannot be read, or is not UTF-8.</exception>
    public static string Read(string path)
    {
        try
        {
            var strict = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
            return strict.GetString(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            bool isMissing = e is FileNotFoundException or DirectoryNotFoundException;
            throw new LlmException(
                new LlmError
                {
                    Status = isMissing ? LlmStatus.NotFound : LlmStatus.InvalidArgument,
                    Phase = LlmPhase.Configure,
                    Message = e is DecoderFallbackException ? $"{path}: it is not UTF-8" : $"{path}: {e.Message}",
                    RetrySafe = true,
                },
                e);
        }
    }
}
