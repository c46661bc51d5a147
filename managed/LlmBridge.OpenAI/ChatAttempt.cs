namespace LlmBridge.OpenAI;

/// <summary>A request at one server, and its answer as it comes.</summary>
internal sealed class ChatAttempt : IDisposable
{
    /// <summary>How long the tokens' count and the end of a stream are waited for once the answer is whole.</summary>
    private static readonly TimeSpan s_afterEnd = TimeSpan.FromSeconds(2);

    private readonly HttpResponseMessage _response;
    private readonly Stream _body;
    private readonly TimeSpan _stall;
    private readonly byte[] _buffer = new byte[16 * 1024];

    private ChatAttempt(HttpResponseMessage response, Stream body, TimeSpan stall, bool takesTools)
    {
        Answer = new ChatAnswer(takesTools);
        _response = response;
        _body = body;
        _stall = stall;
    }

    public ChatAnswer Answer { get; }

    /// <summary>How often bytes came.</summary>
    public long Reads { get; private set; }

    public static async Task<ChatAttempt> BeginAsync(
        ServerConnection server, string root, byte[] body, TimeSpan stall, bool takesTools, CancellationToken cancelled)
    {
        HttpResponseMessage response =
            await server.PostAsync(root + "/chat/completions", body, cancelled).ConfigureAwait(false);
        try
        {
            return new ChatAttempt(
                response, await response.Content.ReadAsStreamAsync(cancelled).ConfigureAwait(false), stall,
                takesTools);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>The next piece; null when the answer is whole.</summary>
    /// <exception cref="ServerException">The answer is none, or does not come.</exception>
    public async Task<string?> ReadAsync(CancellationToken cancelled)
    {
        long signs = Answer.Signs;
        long since = Environment.TickCount64;
        long ended = since;
        while (true)
        {
            if (Answer.TryRead(out string piece)) return piece;
            if (Answer.IsDone)
            {
                Answer.CheckWhole();
                return null;
            }
            if (Answer.Signs != signs)
            {
                signs = Answer.Signs;
                since = Environment.TickCount64;
            }
            bool isWhole = Answer.End != ChatEnd.None;
            if (!isWhole) ended = Environment.TickCount64;
            TimeSpan limit = isWhole ? Left(ended, s_afterEnd)
                : Answer.Pieces > 0 ? Left(since, _stall) : Timeout.InfiniteTimeSpan;
            int size;
            try
            {
                size = await ReadWithinAsync(limit, cancelled).ConfigureAwait(false);
            }
            catch (ServerException) when (isWhole)
            {
                return null; // the answer is whole; only its count of tokens is missing
            }
            if (size == 0) Answer.EndOfBody();
            else Answer.Add(_buffer.AsSpan(0, size));
        }
    }

    public void Dispose()
    {
        _body.Dispose();
        _response.Dispose();
    }

    private static TimeSpan Left(long since, TimeSpan limit)
    {
        if (limit == Timeout.InfiniteTimeSpan) return limit;
        TimeSpan left = limit - TimeSpan.FromMilliseconds(Environment.TickCount64 - since);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private async Task<int> ReadWithinAsync(TimeSpan limit, CancellationToken cancelled)
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        if (limit != Timeout.InfiniteTimeSpan) source.CancelAfter(limit);
        try
        {
            int size = await _body.ReadAsync(_buffer, source.Token).ConfigureAwait(false);
            Reads++;
            return size;
        }
        catch (OperationCanceledException) when (!cancelled.IsCancellationRequested)
        {
            throw new ServerException(
                ServerFault.Stalled,
                $"the server sent nothing of the answer for {_stall.TotalMilliseconds:0} ms, "
                + $"after {Answer.Pieces} pieces");
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new ServerException(
                ServerFault.CutOff,
                $"the connection ended in the answer, after {Answer.Pieces} pieces and without a finish reason: "
                + e.Message,
                e);
        }
    }
}
