using System.Text.Json;

namespace LlmBridge.InteropTests;

/// <summary>JSON Schema on the command line: schema, and ask --schema.</summary>
[TestClass]
public sealed class SchemaCommandTests
{
    private const int ExitInvalidArgument = 11;
    private const int ExitNotFound = 12;
    private const int ExitOutputInvalid = 19;

    private string _folder = "";

    public TestContext TestContext { get; set; } = null!;

    [TestInitialize]
    public void MakeFiles()
    {
        _folder = Directory.CreateTempSubdirectory("llmbridge-schema-").FullName;
        Write("schema.json", """{"type":"object","required":["n"],"properties":{"n":{"type":"integer"}}}""");
        Write("good.json", """{"n":1}""");
        Write("bad.json", """{"n":"x"}""");
        Write("wrong.json", """{"type":"objekt"}""");
    }

    [TestCleanup]
    public void RemoveFiles() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    public async Task Schema_SaysWhetherAnInstanceKeepsIt()
    {
        ProgramRun good = await RunAsync("schema", PathOf("schema.json"), PathOf("good.json"));
        Assert.AreEqual(0, good.ExitCode, good.Errors);
        Assert.AreEqual("valid\n", good.Output);
        ProgramRun bad = await RunAsync("schema", PathOf("schema.json"), PathOf("bad.json"));
        Assert.AreEqual(ExitOutputInvalid, bad.ExitCode);
        Assert.AreEqual("", bad.Output);
        StringAssert.Contains(bad.Errors, "\"/n\"");
    }

    [TestMethod]
    public async Task Schema_WithoutAnInstance_ChecksTheSchema()
    {
        Assert.AreEqual(0, (await RunAsync("schema", PathOf("schema.json"), "--json")).ExitCode);
        ProgramRun wrong = await RunAsync("schema", PathOf("wrong.json"));
        Assert.AreEqual(ExitInvalidArgument, wrong.ExitCode);
        StringAssert.Contains(wrong.Errors, "/type");
        Assert.AreEqual(ExitNotFound, (await RunAsync("schema", PathOf("missing.json"))).ExitCode);
    }

    [TestMethod]
    public async Task Ask_WithASchema_DeliversOnlyWhatKeepsIt()
    {
        ProgramRun good = await AskAsync("""{"n":1}""");
        Assert.AreEqual(0, good.ExitCode, good.Errors);
        using JsonDocument reply = JsonDocument.Parse(good.Output);
        Assert.AreEqual("none", reply.RootElement.GetProperty("constrained").GetString());
        ProgramRun bad = await AskAsync("""{"n":"x"}""");
        Assert.AreEqual(ExitOutputInvalid, bad.ExitCode);
        Assert.AreEqual("", bad.Output);
    }

    private Task<ProgramRun> AskAsync(string prompt) =>
        RunAsync("ask", prompt, "--engine", "fake", "--schema", PathOf("schema.json"), "--json");

    private Task<ProgramRun> RunAsync(params string[] arguments) =>
        ProgramRun.OfAsync(Repository.CommandLine, arguments, TestContext.CancellationToken);

    private string PathOf(string name) => Path.Combine(_folder, name);

    private void Write(string name, string text) => File.WriteAllText(PathOf(name), text);
}
