using System.Runtime.CompilerServices;
using System.Text;

namespace LlmBridge.OpenAI;

/// <summary>One question to the servers, until it is answered or none of them can.</summary>
public sealed class ChatRequest(Replicas replicas, ChatQuestion question, RequestLimits limits)
{
    /// <summary>How often an answer moves to another server in its middle.</summary>
    private const int MovesMax = 8;

    private readonly RetryDecision _retry = new(limits, replicas.Count);
    private readonly StringBuilder _given = new();
    private long _pieces;
    private int _moves;
    private string? _model;
    private Replica? _replica;
    private Replica? _failed;
    private ChatAttempt? _attempt;
    private ServerDialect _dialect = ServerDialect.Plain;

    /// <summary>Why the answer ended.</summary>
    public ChatEnd End { get; private set; }

    /// <summary>What the model thought apart from its answer; empty for nothing.</summary>
    public string Reasoning { get; private set; } = "";

    /// <summary>The calls of tools, as the library takes them; null for none.</summary>
    public string? ToolCalls { get; private set; }

    /// <summary>Tokens of the prompt; null where the server did not say.</summary>
    public long? PromptTokens { get; private set; }

    /// <summary>Tokens of the answer; null where the server did not say.</summary>
    public long? CompletionTokens { get; private set; }

    /// <summary>The log probabilities of its tokens, a JSON array; null where none were told.</summary>
    public string? OddsJson { get; private set; }

    /// <summary>Whether an answer that is cut off may go on elsewhere: only then is its text kept.</summary>
    private bool MayMove => replicas.Count > 1 && _dialect.Continues && !question.IsBound;

    /// <summary>The answer, piece by piece.</summary>
    /// <exception cref="ServerException">There is none.</exception>
    public async IAsyncEnumerable<string> AskAsync([EnumeratorCancellation] CancellationToken cancelled)
    {
        try
        {
            while (await NextAsync(cancelled).ConfigureAwait(false) is { } piece) yield return piece;
        }
        finally
        {
            _attempt?.Dispose();
            if (_replica is { } left) replicas.GiveBack(left);
        }
    }

    private async Task<string?> NextAsync(CancellationToken cancelled)
    {
        while (true)
        {
            ServerException failure;
            try
            {
                _attempt ??= await BeginAsync(cancelled).ConfigureAwait(false);
                string? piece = await _attempt.ReadAsync(cancelled).ConfigureAwait(false);
                if (piece is null)
                {
                    Finish(_attempt.Answer);
                    return null;
                }
                if (MayMove) _given.Append(piece);
                _pieces++;
                return piece;
            }
            catch (ServerException e)
            {
                failure = e;
            }
            TimeSpan wait = AfterFailure(failure);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, cancelled).ConfigureAwait(false);
        }
    }

    private async Task<ChatAttempt> BeginAsync(CancellationToken cancelled)
    {
        _replica = replicas.Take(_failed);
        ServerConnection server = _replica.Server;
        ServerConnection.Found found = await server.FindAsync(cancelled).ConfigureAwait(false);
        bool isBegun = _pieces > 0;
        if (isBegun && (!found.Dialect.Continues || found.Model != _model))
        {
            throw new ServerException(
                ServerFault.CutOff,
                $"the answer was cut off after {_pieces} pieces, and {server.Url} cannot go on with it")
            {
                NothingBegun = true,
                IsInnocent = true,
            };
        }
        _model = found.Model;
        _dialect = found.Dialect;
        byte[] body = question.Body(
            found.Model, found.Dialect, server.AsksUsage, server.NewLimitName, _given.ToString(), _pieces);
        return await ChatAttempt.BeginAsync(server, found.Root, body, limits.Stall, question.HasTools, cancelled)
            .ConfigureAwait(false);
    }

    private void Finish(ChatAnswer answer)
    {
        End = answer.End;
        Reasoning = answer.Reasoning.ToString();
        ToolCalls = answer.ToolCalls.IsEmpty ? null : answer.ToolCalls.ToJson();
        PromptTokens = answer.PromptTokens;
        OddsJson = answer.Odds.Json;
        CompletionTokens = _moves > 0 ? null : answer.CompletionTokens;
        _attempt!.Dispose();
        _attempt = null;
        replicas.GiveBack(_replica!, works: true);
        _replica = null;
    }

    /// <summary>What becomes of the request: the wait before it is made again.</summary>
    private TimeSpan AfterFailure(ServerException failure)
    {
        Replica replica = _replica!;
        bool reasoned = _attempt?.Answer.Reasoning.Length > 0;
        bool answered = _attempt is not null;
        _attempt?.Dispose();
        _attempt = null;
        _replica = null;
        replicas.GiveBack(replica, works: !failure.IsServersFault);
        if (!answered && replica.Server.Adapts(failure)) return TimeSpan.Zero;
        _failed = replica;
        bool isCut = !failure.NothingBegun && failure.Fault is ServerFault.CutOff or ServerFault.Stalled;
        bool moves = isCut && MayMove && !reasoned && _pieces < question.MaxTokens && _moves < MovesMax;
        if (moves)
        {
            _moves++;
            return TimeSpan.Zero;
        }
        if (_pieces > 0 && !(failure.NothingBegun && _moves > 0)) throw failure;
        return _retry.After(failure);
    }
}
