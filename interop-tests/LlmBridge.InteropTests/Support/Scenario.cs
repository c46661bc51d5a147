using System.Text.Json;

namespace LlmBridge.InteropTests.Support;

/// <summary>What every host's driver does and prints, from scenarios.json.</summary>
internal sealed record Scenario(
    string Name, IReadOnlyDictionary<string, string> Environment, IReadOnlyList<string> Expect)
{
    private static readonly Lazy<IReadOnlyList<Scenario>> s_all = new(Read);

    public static IReadOnlyList<Scenario> All => s_all.Value;

    public static Scenario Named(string name) => All.Single(s => s.Name == name);

    private static Scenario[] Read()
    {
        using JsonDocument document =
            JsonDocument.Parse(File.ReadAllText(Repository.At("interop-tests/scenarios.json")));
        return document.RootElement.GetProperty("scenarios").Deserialize<Scenario[]>(JsonSerializerOptions.Web)!;
    }
}
