using System.Text.Json;

namespace LlmBridge.InteropTests;

/// <summary>Conversations that are kept: LlmClient.Session, the option Session, and the commands of the command
/// line.</summary>
[TestClass]
public sealed class SessionTests : BridgeTest
{
    private const int ExitInvalidArgument = 11;
    private const int ExitNotFound = 12;

    private string _place = "";

    private string Folder => Path.Combine(_place, "sessions");

    [TestInitialize]
    public void MakeFolder() => _place = Directory.CreateTempSubdirectory("llmbridge-session-").FullName;

    [TestCleanup]
    public void RemoveFolder() => Directory.Delete(_place, recursive: true);

    [TestMethod]
    public async Task Session_GoesOnFromCallToCall_AndFromClientToClient()
    {
        await using (LlmClient client = await OpenAsync("say hi"))
        {
            LlmSession session = client.Session("work");
            Assert.AreEqual("work", session.Name);
            Assert.AreEqual("hi", (await session.AskAsync("one", null, Watchdog)).Text);
            await foreach (string piece in session.StreamAsync("two", null, Watchdog)) Assert.AreEqual("hi", piece);
            Assert.AreEqual(
                "hi", (await session.ChatAsync([new(LlmRole.User, "three")], null, Watchdog)).Text);
        }
        await using LlmClient other = await OpenAsync("echo");
        LlmReply reply = await other.AskAsync("four", new CallOptions { Session = "work" }, Watchdog);
        CollectionAssert.AreEqual(
            new[] { "one", "hi", "two", "hi", "three", "hi", "four" },
            Contents(JsonDocument.Parse(reply.Text).RootElement));
    }

    [TestMethod]
    public async Task CallThatFails_LeavesTheSessionAsItWas()
    {
        await BeginAsync();
        string before = await File.ReadAllTextAsync(Path.Combine(Folder, "work.jsonl"), Watchdog);
        await using (LlmClient client = await OpenAsync("pieces 1 0; exit 3"))
        {
            await Assert.ThrowsExactlyAsync<LlmException>(() => client.Session("work").AskAsync("two", null, Watchdog));
        }
        Assert.AreEqual(before, await File.ReadAllTextAsync(Path.Combine(Folder, "work.jsonl"), Watchdog));
    }

    [TestMethod]
    public async Task Library_ListsReadsAndDeletesSessions()
    {
        var options = new BridgeOptions { SessionDir = Folder };
        await BeginAsync();
        JsonElement list = JsonDocument.Parse(LlmLibrary.ListSessions(options)).RootElement;
        JsonElement only = list.GetProperty("sessions")[0];
        Assert.AreEqual("work", only.GetProperty("name").GetString());
        Assert.AreEqual(2, only.GetProperty("records").GetInt32());
        Assert.AreEqual(JsonValueKind.Null, only.GetProperty("problem").ValueKind);
        JsonElement session = JsonDocument.Parse(LlmLibrary.ReadSession("work", options)).RootElement;
        Assert.AreEqual(2, session.GetProperty("records").GetArrayLength());
        LlmLibrary.DeleteSession("work", options);
        Assert.IsFalse(File.Exists(Path.Combine(Folder, "work.jsonl")));
        LlmException none = Assert.ThrowsExactly<LlmException>(() => LlmLibrary.ReadSession("work", options));
        Assert.AreEqual(LlmStatus.NotFound, none.Error.Status);
    }

    [TestMethod]
    public async Task CommandLine_AsksInSessions_AndShowsThem()
    {
        ProgramRun ask = await CommandAsync("ask", "one", "--session", "work", "--engine", "fake");
        Assert.AreEqual(0, ask.ExitCode, ask.Errors);
        ProgramRun list = await CommandAsync("session", "list");
        StringAssert.Contains(list.Output, "work", list.Errors);
        ProgramRun show = await CommandAsync("session", "show", "work");
        StringAssert.StartsWith(show.Output, "1 user: one\n", show.Errors);
        ProgramRun export = await CommandAsync("session", "export", "work");
        Assert.AreEqual("one", Contents(JsonDocument.Parse(export.Output).RootElement)[0]);
        Assert.AreEqual(0, (await CommandAsync("session", "delete", "work")).ExitCode);
        Assert.AreEqual(ExitNotFound, (await CommandAsync("session", "show", "work")).ExitCode);
        Assert.AreEqual(ExitInvalidArgument, (await CommandAsync("session", "show", "../work")).ExitCode);
    }

    [TestMethod]
    public async Task CommandLine_ChatGoesOnWithASession()
    {
        ProgramRun ask = await CommandAsync("ask", "one", "--session", "work", "--engine", "fake");
        Assert.AreEqual(0, ask.ExitCode, ask.Errors);
        ProgramRun chat = await ProgramRun.OfAsync(
            Repository.CommandLine, ["chat", "--session", "work", "--engine", "fake"], Watchdog, "two\n", Variables);
        Assert.AreEqual(0, chat.ExitCode, chat.Errors);
        Assert.AreEqual("two", Contents(JsonDocument.Parse(chat.Output).RootElement)[^1], chat.Output);
        Assert.HasCount(3, Contents(JsonDocument.Parse(chat.Output).RootElement));
    }

    [TestMethod]
    public async Task ConversationLargerThanTheContext_IsAnError_OrLeavesItsOldestTurnsOut()
    {
        TestModel.RequireLlama();
        var options = new BridgeOptions
        {
            SessionDir = Folder,
            Context = 96,
        };
        var brief = new CallOptions { MaxOutputTokens = 8 };
        await using LlmClient client = await LlmClient.OpenAsync(options, cancellationToken: Watchdog);
        LlmSession session = client.Session("work");
        LlmException? full = null;
        int turns = 0;
        while (full is null && turns < 50)
        {
            try
            {
                await session.AskAsync("What is 2+2?", brief, Watchdog);
                turns++;
            }
            catch (LlmException e)
            {
                full = e;
            }
        }
        Assert.AreEqual(LlmStatus.ContextFull, full!.Error.Status, full.Message);
        Assert.HasCount(2 * turns, Records());
        var dropping = new CallOptions
        {
            MaxOutputTokens = 8,
            SessionOverflow = LlmSessionOverflow.DropOldest,
        };
        for (int i = 0; i < 3; i++) await session.AskAsync("What is 2+2?", dropping, Watchdog);
        JsonElement[] records = Records();
        Assert.HasCount(2 * (turns + 3), records);
        Assert.IsGreaterThan(0, records[^1].GetProperty("dropped").GetInt32());
    }

    [TestMethod]
    public async Task TwoProgramsOfASharedEngine_GoOnWithOneConversation_AndAThirdWhenAllWasKilled()
    {
        TestModel.RequireLlama();
        string[] shared = ["--session", "work", "--isolation", "shared", "--timeout", "120s"];
        foreach (string question in new[] { "Who are you?", "What is 2+2?" })
        {
            ProgramRun run = await CommandAsync(["ask", question, .. shared]);
            Assert.AreEqual(0, run.ExitCode, run.Errors);
        }
        foreach (long process in await ServersAndEnginesAsync()) Processes.Signal(process, Processes.SignalKill);
        ProgramRun third = await CommandAsync(["ask", "Who are you?", .. shared]);
        Assert.AreEqual(0, third.ExitCode, third.Errors);
        await CommandAsync("shared", "stop", "all");
        JsonElement[] records = Records();
        Assert.HasCount(6, records);
        await using LlmClient client = await LlmClient.OpenAsync(cancellationToken: Watchdog);
        LlmReply reference = await client.ChatAsync(records[..5].Select(Message), null, Watchdog);
        Assert.AreEqual(reference.Text + "\n", third.Output);
    }

    private static LlmMessage Message(JsonElement record)
    {
        JsonElement message = record.GetProperty("message");
        LlmRole role = message.GetProperty("role").GetString() == "user" ? LlmRole.User : LlmRole.Assistant;
        return new LlmMessage(role, message.GetProperty("content").GetString()!);
    }

    private async Task<long[]> ServersAndEnginesAsync()
    {
        ProgramRun run = await CommandAsync("shared", "list", "--json");
        using JsonDocument list = JsonDocument.Parse(run.Output);
        return
        [
            .. list.RootElement.GetProperty("servers").EnumerateArray().SelectMany(server => new[]
            {
                server.GetProperty("pid").GetInt64(),
                server.GetProperty("engines")[0].GetProperty("pid").GetInt64(),
            }),
        ];
    }

    private JsonElement[] Records()
    {
        string text = LlmLibrary.ReadSession("work", new BridgeOptions { SessionDir = Folder });
        return [.. JsonDocument.Parse(text).RootElement.GetProperty("records").EnumerateArray()];
    }

    private Dictionary<string, string> Variables => new()
    {
        ["LLMBRIDGE_SESSION_DIR"] = Folder,
        ["LLMBRIDGE_LIBRARY"] = Repository.Library,
        ["XDG_RUNTIME_DIR"] = _place, // where engines are shared: its user's alone
    };

    private async Task BeginAsync()
    {
        await using LlmClient client = await OpenAsync("say hi");
        await client.Session("work").AskAsync("one", null, Watchdog);
    }

    private Task<LlmClient> OpenAsync(string script) =>
        OpenFakeAsync(script, new BridgeOptions { SessionDir = Folder });

    private Task<ProgramRun> CommandAsync(params string[] words) =>
        ProgramRun.OfAsync(Repository.CommandLine, words, Watchdog, environment: Variables);

    private static string[] Contents(JsonElement messages) =>
        [.. messages.EnumerateArray().Select(message => message.GetProperty("content").GetString()!)];
}
