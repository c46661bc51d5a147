using System.Text.Json;

namespace LlmBridge.Comparison;

/// <summary>One metric of one way. Without a median it says why there is none.</summary>
internal sealed record Figure(
    string Metric, string Way, int Threads, double? Median, double? Low, double? High, int Count, string? Problem);

/// <summary>Where the memory is after the work with the model of 135 M parameters, in KiB; null where it could not be
/// seen.</summary>
/// <param name="HostBefore">Private memory of the host before it opened anything.</param>
/// <param name="Host">Private memory of the host afterwards.</param>
/// <param name="HostModel">The model's file in the host.</param>
/// <param name="Helper">Private memory of its helper processes.</param>
/// <param name="HelperModel">The model's file in them.</param>
internal sealed record MemoryFigure(
    string Way, long? HostBefore, long? Host, long? HostModel, long? Helper, long? HelperModel);

/// <summary>Which ways gave one and the same answer; empty if there was only one way.</summary>
internal sealed record Agreement(
    string Metric, int Threads, IReadOnlyList<string> Same, IReadOnlyList<string> Different);

internal sealed record ModelFile(ModelKind Kind, string Name, long Bytes);

/// <summary>All that a run found; its JSON is the result that is kept, the page is made from it.</summary>
internal sealed record Report
{
    public static JsonSerializerOptions Json { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public required string Date { get; init; }

    public required bool Quick { get; init; }

    public required string Command { get; init; }

    public required Machine Machine { get; init; }

    public required IReadOnlyDictionary<string, string> Versions { get; init; }

    public required IReadOnlyList<ModelFile> Models { get; init; }

    public required IReadOnlyList<Figure> Figures { get; init; }

    public required IReadOnlyList<MemoryFigure> Memory { get; init; }

    public required IReadOnlyList<Agreement> Agreements { get; init; }

    public static Report Read(string file) => JsonSerializer.Deserialize<Report>(File.ReadAllText(file), Json)!;

    public void Write(string file) => File.WriteAllText(file, JsonSerializer.Serialize(this, Json) + "\n");

    public Figure? Find(Metric metric, Way way, int threads) =>
        Figures.FirstOrDefault(
            figure => figure.Metric == metric.Key && figure.Way == way.Key && figure.Threads == threads);
}
