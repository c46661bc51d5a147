namespace LlmBridge.Comparison.Pages;

/// <summary>The plots of the page: which metrics stand together, and what is said of them.</summary>
/// <param name="File">The picture's name.</param>
/// <param name="Title">Its heading, on the page too.</param>
/// <param name="Note">What is better.</param>
/// <param name="Metrics">The groups' metrics and their headings.</param>
/// <param name="Text">How it was measured.</param>
internal sealed record Plot(
    string File, string Title, string Note, IReadOnlyList<(string Metric, string Heading)> Metrics, string Text)
{
    public static IReadOnlyList<Plot> All { get; } =
    [
        new("comparison-one-token.svg", "One token",
            "milliseconds from the question to the whole answer of one token; less is better",
            [("one_token_tiny", "1.3 million parameters"), ("one_token", "135 million parameters")],
            "A question of some ten tokens that was not asked before, an answer of one; the model is loaded. With the "
                + "small model what is around the model shows."),
        new("comparison-tokens.svg", "Tokens per second",
            "tokens per second of all streams together, 135 million parameters; more is better",
            [("tokens_1", "1 stream"), ("tokens_2", "2 streams"), ("tokens_4", "4 streams"), ("tokens_8", "8 streams")],
            "64 tokens in each stream, reading the questions included. The shell, the Python daemon and the ASP.NET "
                + "server answer one call after the other, as simple code does."),
        new("comparison-embed.svg", "Embeddings per second", "texts per second; more is better",
            [("embed_1", "one text a call"), ("embed_64", "64 texts a call")],
            "Texts of some twenty tokens, an encoder of about 30 million parameters. A call of 64 texts is one "
                + "message, one request, one command line; node-llama-cpp has no such call and gets 64 promises."),
        new("comparison-cold-start.svg", "Cold start",
            "milliseconds until the first token, with the host running and nothing else; less is better",
            [("cold_start_tiny", "1.3 million parameters"), ("cold_start", "135 million parameters")],
            "The host program runs; then library, helper processes and model are loaded, with the files in the "
                + "system's cache, and one token is generated. Each in a fresh host."),
        new("comparison-recover.svg", "Recovery from kill -9",
            "milliseconds from the kill to the next token; less is better",
            [("recover_tiny", "1.3 million parameters"), ("recover", "135 million parameters")],
            "What is killed is the engine, the daemon or the server, which the host replaces. In-process the host "
                + "itself dies, with all that it was doing; what is measured there is a new host and its cold start. A "
                + "shell per call has nothing to kill between calls: it is the next call."),
    ];

    public BarChart Chart(Report report, int threads) =>
        new(Title, Note, [.. Metrics
            .Select(entry => new BarGroup(
                entry.Heading,
                [.. Way.All.Select(way => BarOf(report, Metric.Of(entry.Metric), way, threads)).OfType<Bar>()]))
            .Where(group => group.Bars.Count > 0)]);

    /// <summary>Null where the way had no part in the run.</summary>
    private static Bar? BarOf(Report report, Metric metric, Way way, int threads) =>
        report.Find(metric, way, threads) is { } figure
            ? new Bar(way.Name, figure.Median, figure.Low, figure.High,
                figure.Median is { } value ? Number.Text(value) : "failed", way.Key == "bridge")
            : null;
}
