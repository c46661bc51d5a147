using System.Text.Json;

namespace LlmBridge.Cli;

/// <summary>What a person can type in a chat besides what the model is asked. They exist at a terminal only: what is
/// piped in is all for the model.</summary>
internal static class ChatCommands
{
    private const string Help = """
        /system TEXT     the system message of the next answers; without TEXT none
        /set NAME=VALUE  a setting of the next answers; `llmbridge settings` lists them
        /clear           forgets what was said
        /save FILE       writes what was said to a new file, as JSON
        /exit            ends the chat, as Ctrl+D does; Ctrl+C stops an answer
        A line that ends with \ goes on in the next; so does all between two lines of triple quotes.
        A line that begins with // is said with one of them.
        """;

    /// <summary>False for what is to be said: a line that is no command, without the slash that kept it from being
    /// one.</summary>
    public static bool TryRun(Conversation conversation, ref string line)
    {
        if (line.StartsWith("//", StringComparison.Ordinal)) line = line[1..];
        else if (IsCommand(line))
        {
            Run(conversation, line);
            return true;
        }
        return false;
    }

    /// <summary>A path in a question has more in its first word than a slash and letters.</summary>
    private static bool IsCommand(string line) =>
        line.Length > 1 && line[0] == '/' && line[1..].Split(' ', '\n')[0] is { Length: > 0 } word
        && word.All(char.IsAsciiLetter);

    private static void Run(Conversation conversation, string line)
    {
        string verb = line.Split(' ', 2)[0];
        string rest = line.Length > verb.Length ? line[(verb.Length + 1)..].Trim() : "";
        switch (verb)
        {
            case "/help": Console.Error.WriteLine(Help); break;
            case "/clear": conversation.Clear(); break;
            case "/system": conversation.Set("system", rest); break;
            case "/set" when rest.IndexOf('=', StringComparison.Ordinal) > 0:
                string[] pair = rest.Split('=', 2);
                Try(() => conversation.Set(pair[0].Trim(), Checked(pair[0].Trim(), pair[1].Trim())));
                break;
            case "/set": Say("/set needs NAME=VALUE"); break;
            case "/save" when rest.Length > 0: Try(() => conversation.Save(rest)); break;
            case "/save": Say("/save needs the name of a new file"); break;
            default: Say($"{verb} is no command; /help lists them, and // says a line that begins with /"); break;
        }
    }

    /// <summary>The library knows what is allowed; it is asked now, so that no later answer fails for it.</summary>
    private static string Checked(string name, string value)
    {
        new BridgeOptions { Settings = new Dictionary<string, string> { [name] = value } }.Validate();
        if (IsOfCalls(name)) return value;
        throw new ArgumentException($"{name} is a setting of the engine's start: llmbridge chat --set {name}={value}");
    }

    private static bool IsOfCalls(string name)
    {
        using JsonDocument table = JsonDocument.Parse(LlmLibrary.SettingsJson);
        foreach (JsonElement setting in table.RootElement.GetProperty("settings").EnumerateArray())
        {
            if (setting.GetProperty("name").GetString() != name) continue;
            return setting.GetProperty("scope").EnumerateArray().Any(scope => scope.GetString() == "call");
        }
        return false;
    }

    private static void Try(Action work)
    {
        try
        {
            work();
        }
        catch (LlmException e)
        {
            Say(e.Error.Message);
        }
        catch (Exception e) when (e is ArgumentException or IOException or UnauthorizedAccessException)
        {
            Say(e.Message);
        }
    }

    private static void Say(string text) => Console.Error.WriteLine("llmbridge: " + text);
}
