using System.Diagnostics;

namespace LlmBridge.OpenAI;

/// <summary>What a server is, and how an answer of it arrives.</summary>
/// <param name="Root">What its paths begin with.</param>
/// <param name="Model">Its name of the model.</param>
/// <param name="Dialect">What kind of server it is.</param>
/// <param name="Pieces">How many pieces the answer had.</param>
/// <param name="Arrivals">How often pieces came: as often as there were, unless some came together.</param>
/// <param name="First">How long the first took.</param>
/// <param name="Gap">The median of the times from arrival to arrival.</param>
public sealed record ServerProbe(
    string Root, string Model, ServerDialect Dialect, int Pieces, int Arrivals, TimeSpan First, TimeSpan Gap)
{
    /// <summary>Fewer pieces than this tell nothing of how they come.</summary>
    private const int PiecesTelling = 8;

    private const int TokensAsked = 48;

    /// <summary>True where many pieces came at once: the server or something before it holds them back.</summary>
    public bool IsHeldBack => Pieces >= PiecesTelling && Arrivals <= Pieces / 4;

    /// <summary>Asks the server something, once.</summary>
    /// <exception cref="ServerException">It does not answer.</exception>
    public static async Task<ServerProbe> AskAsync(
        ServerUrl url, ServerOptions options, string prompt, CancellationToken cancelled)
    {
        var question = new ChatQuestion
        {
            Prompt = prompt,
            Settings = new Dictionary<string, string>(),
            MaxTokens = TokensAsked,
            Temperature = 0,
        };
        using var server = new ServerConnection(url, options);
        ServerConnection.Found found = await server.FindAsync(cancelled).ConfigureAwait(false);
        while (true)
        {
            byte[] body = question.Body(found.Model, found.Dialect, server.AsksUsage, server.NewLimitName);
            try
            {
                return await MeasureAsync(server, found, body, cancelled).ConfigureAwait(false);
            }
            catch (ServerException e) when (server.Adapts(e))
            {
                // It is asked the way it wants.
            }
        }
    }

    private static async Task<ServerProbe> MeasureAsync(
        ServerConnection server, ServerConnection.Found found, byte[] body, CancellationToken cancelled)
    {
        long begun = Stopwatch.GetTimestamp();
        using ChatAttempt attempt = await ChatAttempt
            .BeginAsync(server, found.Root, body, Timeout.InfiniteTimeSpan, takesTools: false, cancelled)
            .ConfigureAwait(false);
        var gaps = new List<TimeSpan>();
        TimeSpan first = TimeSpan.Zero;
        int pieces = 0;
        long reads = 0;
        long last = begun;
        while (await attempt.ReadAsync(cancelled).ConfigureAwait(false) is not null)
        {
            pieces++;
            if (attempt.Reads == reads) continue;
            reads = attempt.Reads;
            long now = Stopwatch.GetTimestamp();
            if (pieces == 1) first = Stopwatch.GetElapsedTime(begun, now);
            else gaps.Add(Stopwatch.GetElapsedTime(last, now));
            last = now;
        }
        gaps.Sort();
        return new ServerProbe(
            found.Root, found.Model, found.Dialect, pieces, pieces > 0 ? gaps.Count + 1 : 0, first,
            gaps.Count > 0 ? gaps[gaps.Count / 2] : TimeSpan.Zero);
    }
}
