using System.Text;
using Spectre.Console;

namespace LlmBridge.Cli;

/// <summary>The standard streams where they are a terminal. What this program writes to one goes through
/// <see cref="TerminalStream"/>, whoever writes it; a pipe and a file get the bytes.</summary>
internal static class Terminal
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Has <see cref="Console.Out"/> and <see cref="Console.Error"/> escape. Before anything is
    /// written.</summary>
    public static void Guard()
    {
        if (IsOutput) Console.SetOut(Writer(new TerminalStream(Console.OpenStandardOutput())));
        if (IsErrors) Console.SetError(Writer(new TerminalStream(Console.OpenStandardError())));
    }

    public static bool IsOutput => InheritedStreams.Output && !Console.IsOutputRedirected;

    public static bool IsErrors => InheritedStreams.Errors && !Console.IsErrorRedirected;

    /// <summary>Stdout for what is drawn: its sequences reach the terminal, so foreign text in it is escaped
    /// before.</summary>
    public static IAnsiConsole DrawOnOutput() => Draw(Console.OpenStandardOutput(), IsOutput);

    /// <summary>The same on stderr.</summary>
    public static IAnsiConsole DrawOnErrors() => Draw(Console.OpenStandardError(), IsErrors);

    private static IAnsiConsole Draw(Stream stream, bool isTerminal) =>
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new Drawing(Writer(stream), isTerminal) });

    private static StreamWriter Writer(Stream stream) => new(stream, s_utf8) { AutoFlush = true };

    /// <summary>Spectre's own knows a terminal only by the writers that Guard exchanges.</summary>
    private sealed class Drawing(TextWriter writer, bool isTerminal) : IAnsiConsoleOutput
    {
        private readonly AnsiConsoleOutput _size = new(writer);

        public TextWriter Writer => writer;

        public bool IsTerminal => isTerminal;

        public int Width => _size.Width;

        public int Height => _size.Height;

        public void SetEncoding(Encoding encoding)
        {
        }
    }
}
