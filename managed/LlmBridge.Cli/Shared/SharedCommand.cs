using System.CommandLine;
using static LlmBridge.Cli.Listing;
using static LlmBridge.Cli.TerminalText;

namespace LlmBridge.Cli;

/// <summary>llmbridge shared list|stop: the engines that programs of this user share.</summary>
internal static class SharedCommand
{
    private const int ShortKey = 8;

    /// <summary>A server that was killed and is still there: in a system call that does not end.</summary>
    private const int Stays = 10 + (int)LlmStatus.EngineHung;

    public static Command Make() => new("shared", "Engines that programs share (isolation=shared)")
    {
        MakeVerb("list", "Which ones serve, and whom", List),
        MakeVerb(
            "stop", "Asks one to end; after grace_ms it is killed. Programs that still use it start another", Key(),
            Stop),
    };

    private static Argument<string> Key() => new("KEY")
    {
        Description = "A key of the list, or its first digits; all for all",
    };

    private static int List(BridgeOptions options, bool json)
    {
        string text = LlmLibrary.ListShared(options);
        if (json)
        {
            Console.Out.WriteLine(text);
            return ExitStatus.Ok;
        }
        SharedJson shared = SharedJson.Read(text);
        if (shared.Problem is { } problem) Warn($"{shared.Folder}: {problem}");
        if (shared.Servers.Count == 0) Console.Error.WriteLine("No engine is shared now.");
        else WriteTable(shared.Servers);
        if (shared.More > 0) Warn($"there are {shared.More} keys more in {shared.Folder}");
        return ExitStatus.Ok;
    }

    private static void WriteTable(IReadOnlyList<SharedServerJson> servers)
    {
        const string Row = "{0,-9} {1,-8} {2,9} {3,9} {4,8} {5,8} {6,10}  {7}";
        WriteRow(Row, "KEY", "STATE", "PID", "ENGINE", "PROGRAMS", "CALLS", "TOKENS", "WHAT");
        foreach (SharedServerJson server in servers)
        {
            WriteRow(Row, server.Key[..ShortKey], server.State, Number(server.Pid),
                server.Engines is { Count: > 0 } engines ? Number(engines[0].Pid) : "-",
                Number(server.Clients?.Count), Number(server.Clients?.Sum(client => client.Calls)),
                Number(server.Clients?.Sum(client => client.Tokens)), What(server));
            foreach (SharedClientJson client in server.Clients ?? [])
            {
                WriteRow(Row, "", client.State, Number(client.Pid), "", "", Number(client.Calls),
                    Number(client.Tokens), client.Working > 0 ? $"works on {client.Working}" : "idle");
            }
        }
    }

    private static string What(SharedServerJson server)
    {
        string?[] words = [server.Part("engine"), server.Model ?? server.Part("command"), server.Part("name")];
        return string.Join(' ', words.Where(word => word is not null));
    }

    private static int Stop(string key, BridgeOptions options, bool json)
    {
        string text = LlmLibrary.StopShared(key, options);
        StoppedJson stopped = StoppedJson.Read(text);
        if (json) Console.Out.WriteLine(text);
        foreach (StoppedServerJson server in json ? [] : stopped.Stopped)
        {
            string end = server.End == "stays" ? "was killed and is still there" : server.End;
            Console.Out.WriteLine($"{server.Key[..ShortKey]} process {server.Pid} {OneLine(Escape(end))}");
        }
        if (!json && stopped.Stopped.Count == 0) Console.Error.WriteLine("No engine was shared.");
        return stopped.Stopped.Any(server => server.End == "stays") ? Stays : ExitStatus.Ok;
    }
}
