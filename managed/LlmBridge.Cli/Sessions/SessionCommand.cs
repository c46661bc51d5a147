using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using static LlmBridge.Cli.Listing;
using static LlmBridge.Cli.TerminalText;

namespace LlmBridge.Cli;

/// <summary>llmbridge session list|show|delete|export: the conversations that are kept.</summary>
internal static class SessionCommand
{
    public static Command Make() => new("session", "Conversations that are kept (ask --session, chat --session)")
    {
        MakeVerb("list", "Which ones there are", List),
        MakeVerb("show", "Prints what was said in one", Name(), Show),
        MakeVerb("delete", "Removes one", Name(), Delete),
        MakeVerb("export", "Prints one as the setting messages takes it, or with --json as it is kept", Name(), Export),
    };

    private static Argument<string> Name() => new("NAME")
    {
        Description = "A name of the list",
    };

    private static int List(BridgeOptions options, bool json)
    {
        string text = LlmLibrary.ListSessions(options);
        if (json)
        {
            Console.Out.WriteLine(text);
            return ExitStatus.Ok;
        }
        SessionsJson all = SessionsJson.Read(text);
        if (all.Problem is { } problem) Warn(problem);
        if (all.Sessions.Count == 0) Console.Error.WriteLine($"No session is kept in {OneLine(Escape(all.Folder))}.");
        else WriteTable(all.Sessions);
        if (all.More > 0) Warn($"there are {all.More} more in {all.Folder}");
        return ExitStatus.Ok;
    }

    private static void WriteTable(IReadOnlyList<ListedSessionJson> sessions)
    {
        const string Row = "{0,-24} {1,7} {2,10} {3,-16}  {4}";
        WriteRow(Row, "NAME", "RECORDS", "BYTES", "LAST", "STATE");
        foreach (ListedSessionJson session in sessions)
        {
            string state = session.Problem ?? (session.Holder is { } holder ? $"{holder} has its turn" : "");
            WriteRow(Row, session.Name, Number(session.Records), Number(session.Bytes), Time(session.Modified), state);
        }
    }

    private static int Show(string name, BridgeOptions options, bool json)
    {
        string text = LlmLibrary.ReadSession(name, options);
        if (json)
        {
            Console.Out.WriteLine(text);
            return ExitStatus.Ok;
        }
        foreach (SessionRecordJson record in SessionJson.Read(text).Records)
        {
            string role = record.Message.GetProperty("role").GetString()!;
            Console.Out.WriteLine($"{Number(record.Record)} {OneLine(Escape(role))}: {Shown(Content(record.Message))}");
        }
        return ExitStatus.Ok;
    }

    private static int Delete(string name, BridgeOptions options, bool json)
    {
        LlmLibrary.DeleteSession(name, options);
        if (json) Console.Out.WriteLine("{}");
        return ExitStatus.Ok;
    }

    private static int Export(string name, BridgeOptions options, bool json)
    {
        string text = LlmLibrary.ReadSession(name, options);
        if (!json)
        {
            IEnumerable<string> messages = SessionJson.Read(text).Records.Select(record => record.Message.GetRawText());
            text = "[" + string.Join(",", messages) + "]";
        }
        Console.Out.WriteLine(text);
        return ExitStatus.Ok;
    }

    private static string Shown(string text) => Console.IsOutputRedirected ? text : Escape(text);

    /// <summary>A message's text; content of parts as the JSON that it is.</summary>
    private static string Content(JsonElement message) =>
        !message.TryGetProperty("content", out JsonElement content) ? ""
        : content.ValueKind == JsonValueKind.String ? content.GetString()!
        : content.GetRawText();

    private static string Time(long? seconds) => seconds is { } known
        ? DateTimeOffset.FromUnixTimeSeconds(known).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)
        : "-";
}
