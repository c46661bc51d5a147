using System.Runtime.CompilerServices;

namespace LlmBridge;

/// <summary>Many calls, each with an outcome of its own. As many run at once as the bridge has slots: an engine that
/// computes calls together computes these together, and none waits in a queue while its time limits run.</summary>
public sealed partial class LlmClient
{
    private readonly int _callsAtOnce;

    /// <summary>Asks many prompts, and gives out the replies in order or as they come. One that fails does not fail the
    /// rest. Leaving the loop early cancels what has not ended.</summary>
    /// <param name="prompts">Read as there is room for another call; there may be any number.</param>
    /// <param name="options">What each call asks for; what is not set is what the bridge says.</param>
    /// <param name="order">In order, or as they come.</param>
    /// <param name="cancellationToken">Cancels what has not ended.</param>
    public IAsyncEnumerable<LlmItem<LlmReply>> AskManyAsync(
        IEnumerable<string> prompts, CallOptions? options = null, LlmItemOrder order = LlmItemOrder.InOrder,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        return ManyAsync(prompts, (prompt, token) => AskAsync(prompt, options, token), order, cancellationToken);
    }

    /// <summary>Embeds many texts, each with an outcome of its own; in
    /// <see cref="EmbedAsync(IReadOnlyList{string}, CallOptions?, CancellationToken)"/> one that fails fails
    /// all.</summary>
    /// <param name="texts">Read as there is room for another call; there may be any number.</param>
    /// <param name="options">What each call asks for; what is not set is what the bridge says.</param>
    /// <param name="order">In order, or as they come.</param>
    /// <param name="cancellationToken">Cancels what has not ended.</param>
    public IAsyncEnumerable<LlmItem<LlmEmbedding>> EmbedManyAsync(
        IEnumerable<string> texts, CallOptions? options = null, LlmItemOrder order = LlmItemOrder.InOrder,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return ManyAsync(texts, (text, token) => EmbedAsync(text, options, token), order, cancellationToken);
    }

    private async IAsyncEnumerable<LlmItem<T>> ManyAsync<T>(
        IEnumerable<string> inputs, Func<string, CancellationToken, Task<T>> call, LlmItemOrder order,
        [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using IEnumerator<string> next = inputs.GetEnumerator();
        var running = new List<Task<LlmItem<T>>>(_callsAtOnce);
        int index = 0;
        try
        {
            while (true)
            {
                while (running.Count < _callsAtOnce && next.MoveNext())
                {
                    running.Add(OutcomeAsync(index++, next.Current, call, source.Token));
                }
                if (running.Count == 0) yield break;
                Task<LlmItem<T>> ended =
                    order == LlmItemOrder.InOrder ? running[0] : await Task.WhenAny(running).ConfigureAwait(false);
                LlmItem<T> item = await ended.ConfigureAwait(false);
                running.Remove(ended);
                yield return item;
            }
        }
        finally
        {
            await source.CancelAsync().ConfigureAwait(false);
            foreach (Task left in running) await left.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>What became of one call. The end of the caller's patience or of the client is no item's own
    /// failure.</summary>
    private static async Task<LlmItem<T>> OutcomeAsync<T>(
        int index, string input, Func<string, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return new LlmItem<T> { Index = index, Value = await call(input, cancellationToken).ConfigureAwait(false) };
        }
        catch (Exception e) when (e is LlmException or ArgumentException)
        {
            return new LlmItem<T> { Index = index, Failure = e };
        }
    }

    private static int CallsAtOnce(BridgeOptions? options)
    {
        var settings = new KnownSettings(options);
        double slots = settings.Number("slots") ?? LlmDefaults.Slots;
        double workers = Math.Max(settings.Number("workers") ?? LlmDefaults.Workers, 1);
        return (int)Math.Max(slots * workers, 1);
    }
}
