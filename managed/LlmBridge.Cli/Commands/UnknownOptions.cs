using System.CommandLine;
using System.CommandLine.Parsing;

namespace LlmBridge.Cli;

/// <summary>Finds options that no command has. The parser takes them for arguments, so that a mistyped option would be
/// asked as a prompt; whoever wants to ask one writes it after "--".</summary>
internal static class UnknownOptions
{
    public static IEnumerable<string> Find(string[] args, ParseResult result)
    {
        int end = Array.IndexOf(args, "--");
        HashSet<string> before = [.. end < 0 ? args : args[..end]];
        HashSet<string> after = [.. end < 0 ? [] : args[(end + 1)..]];
        return from argument in result.CommandResult.Children.OfType<ArgumentResult>()
               from token in argument.Tokens
               where token.Value.Length > 1 && token.Value[0] == '-' && before.Contains(token.Value)
                   && !after.Contains(token.Value)
               select $"unknown option '{token.Value}'; to use it as text, put -- before it";
    }
}
