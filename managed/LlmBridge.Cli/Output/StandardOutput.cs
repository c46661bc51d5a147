using Microsoft.Win32.SafeHandles;

namespace LlmBridge.Cli;

/// <summary>Stdout that says when its reader is gone: the console's own stream keeps that to itself, and an engine
/// would go on for nobody. On a terminal it escapes.</summary>
internal static class StandardOutput
{
    private const int BrokenPipe = 32;

    public static Stream Open() => Terminal.IsOutput ? new TerminalStream(OpenForBytes()) : OpenForBytes();

    private static Stream OpenForBytes()
    {
        var pipe = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        if (!pipe.CanSeek) return pipe;
        // A file's end is the console stream's to find: others may write to it before and after.
        pipe.Dispose();
        return Console.OpenStandardOutput();
    }

    /// <summary>Whether a write failed because nobody reads any more, as after <c>| head</c>.</summary>
    public static bool ReaderIsGone(IOException failure) => (failure.HResult & 0xffff) == BrokenPipe;
}
