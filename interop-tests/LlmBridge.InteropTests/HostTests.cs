namespace LlmBridge.InteropTests;

/// <summary>Every host language goes through the same scenarios, each in a process of its own.</summary>
[TestClass]
public sealed class HostTests
{
    private static readonly Dictionary<string, HostProgram> s_drivers = [];

    public TestContext TestContext { get; set; } = null!;

    public static IEnumerable<object[]> Rows() =>
        from language in HostLanguage.All
        where File.Exists(language.Driver)
        from scenario in Scenario.All
        select new object[] { language.Name, scenario.Name };

    [TestMethod]
    [DynamicData(nameof(Rows))]
    public async Task Driver_PrintsWhatTheScenarioSays_AndLeavesNothing(string language, string scenario)
    {
        HostProgram driver = await PrepareAsync(HostLanguage.Named(language));
        Scenario wanted = Scenario.Named(scenario);
        var marked = new MarkedRun();
        ProgramRun run =
            await driver.RunAsync([scenario], [.. wanted.Environment, marked.Mark], TestContext.CancellationToken);
        Lines.AssertMatch(
            wanted.Expect, run.Output, $"exit status {run.ExitCode}, stdout:\n{run.Output}\nstderr:\n{run.Errors}");
        Assert.AreEqual(0, run.ExitCode, run.Errors);
        marked.AwaitNothingLeft();
    }

    private async Task<HostProgram> PrepareAsync(HostLanguage language)
    {
        if (s_drivers.TryGetValue(language.Name, out HostProgram? driver)) return driver;
        driver = await HostProgram.PrepareAsync(
            language, language.Driver, Repository.At($"artifacts/tests/drivers/{language}"),
            TestContext.CancellationToken);
        return s_drivers[language.Name] = driver;
    }
}
