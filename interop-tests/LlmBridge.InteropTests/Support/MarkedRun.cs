namespace LlmBridge.InteropTests.Support;

/// <summary>A mark in the environment that the keeper and its engines keep, since it looks like a locale to them: by
/// it a run knows whether anything that was started for it is still there.</summary>
internal sealed class MarkedRun
{
    private const string Variable = "LC_LLMBRIDGE_TEST";
    private readonly string _value = Guid.NewGuid().ToString("N");

    public KeyValuePair<string, string> Mark => new(Variable, _value);

    /// <summary>The processes of this program that carry the mark.</summary>
    public IReadOnlyList<long> Programs(string name) =>
        [.. Processes.With($"{Variable}={_value}").Where(pid => Processes.NameOf(pid) == name)];

    /// <summary>Waits until all that carries the mark has ended by itself.</summary>
    public void AwaitNothingLeft() =>
        Processes.WaitUntil(
            () => Processes.With($"{Variable}={_value}").Count == 0, "everything that was started for the run to end");
}
