namespace LlmBridge.OpenAI;

/// <summary>Servers that have the same model: each request goes to the one with the least to do of those that work. A
/// server that failed is left alone for a while, longer each time.</summary>
public sealed class Replicas : IDisposable
{
    private static readonly TimeSpan s_demotionFirst = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_demotionMost = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Replica[] _all;
    private readonly TimeProvider _time;

    /// <summary>A replica for each address.</summary>
    public Replicas(IEnumerable<ServerUrl> urls, ServerOptions options, TimeProvider? time = null)
    {
        _all = [.. urls.Select(url => new Replica(new ServerConnection(url, options)))];
        _time = time ?? TimeProvider.System;
    }

    /// <summary>How many there are.</summary>
    public int Count => _all.Length;

    /// <summary>The replica for a request; to be given back. One that has just failed it comes last.</summary>
    public Replica Take(Replica? failed = null)
    {
        lock (_lock)
        {
            long now = _time.GetTimestamp();
            Replica best = _all
                .OrderBy(replica => replica == failed && _all.Length > 1)
                .ThenBy(replica => replica.DemotedUntil > now)
                .ThenBy(replica => replica.DemotedUntil > now ? replica.DemotedUntil : 0)
                .ThenBy(replica => replica.Load)
                .ThenBy(replica => replica.Taken)
                .First();
            best.Load++;
            best.Taken++;
            return best;
        }
    }

    /// <summary>The request is over there, well or not.</summary>
    public void GiveBack(Replica replica, bool works)
    {
        ArgumentNullException.ThrowIfNull(replica);
        lock (_lock)
        {
            replica.Load--;
            if (works)
            {
                replica.Failures = 0;
                replica.DemotedUntil = 0;
                return;
            }
            TimeSpan wait = s_demotionFirst * Math.Pow(2, Math.Min(replica.Failures, 5));
            if (wait > s_demotionMost) wait = s_demotionMost;
            replica.Failures++;
            replica.DemotedUntil = _time.GetTimestamp() + (long)(wait.TotalSeconds * _time.TimestampFrequency);
        }
        replica.Server.Forget();
    }

    /// <summary>The request is over there, and nobody knows whether the server works: it was given up.</summary>
    public void GiveBack(Replica replica)
    {
        ArgumentNullException.ThrowIfNull(replica);
        lock (_lock) replica.Load--;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Replica replica in _all) replica.Server.Dispose();
    }
}

/// <summary>One of the servers. Its numbers are the list's, under its lock.</summary>
public sealed class Replica
{
    internal Replica(ServerConnection server) => Server = server;

    /// <summary>The server.</summary>
    public ServerConnection Server { get; }

    internal int Load { get; set; }

    internal long Taken { get; set; }

    internal int Failures { get; set; }

    internal long DemotedUntil { get; set; }
}
