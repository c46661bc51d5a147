using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace LlmBridge.InteropTests.Support;

/// <summary>A server that sends the bytes it was given: what servers in the field send, right or wrong.</summary>
internal sealed class RecordedServer : IDisposable
{
    private readonly Socket _listener;
    private readonly X509Certificate2? _certificate;
    private readonly Func<RecordedRequest, Reply> _answer;
    private readonly CancellationTokenSource _ended = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly string _scheme;

    /// <summary>Listens on a port of the loopback address, or on a Unix socket.</summary>
    public RecordedServer(
        Func<RecordedRequest, Reply> answer, string owner = "somebody", X509Certificate2? certificate = null,
        string? socketPath = null)
    {
        _answer = answer;
        _certificate = certificate;
        Owner = owner;
        _scheme = certificate is null ? "http" : "https";
        EndPoint place =
            socketPath is null ? new IPEndPoint(IPAddress.Loopback, 0) : new UnixDomainSocketEndPoint(socketPath);
        _listener = new Socket(place.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(place);
        _listener.Listen(64);
        Url = _listener.LocalEndPoint is IPEndPoint { Port: int port }
            ? string.Create(CultureInfo.InvariantCulture, $"{_scheme}://localhost:{port}")
            : "http+unix:" + socketPath;
        _ = AcceptAsync();
    }

    public string Owner { get; }

    public string Url { get; }

    /// <summary>True where the connection that asked for the models serves the next request too.</summary>
    public bool KeepsConnections { get; init; }

    public ConcurrentQueue<RecordedRequest> Requests { get; } = new();

    /// <summary>Set when a client has closed a connection in the middle of its answer.</summary>
    public TaskCompletionSource ClientLeft { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Requests for answers; not those that ask what the server is.</summary>
    public IEnumerable<RecordedRequest> Asked => Requests.Where(request => request.Method == "POST");

    /// <summary>A whole answer of these events.</summary>
    public static Reply Stream(params string[] events) => new(Head("text/event-stream") + Events(events));

    public static string Head(string type, int status = 200, string more = "") =>
        $"HTTP/1.1 {status} Word\r\nContent-Type: {type}\r\n{more}Connection: close\r\n\r\n";

    public static string Events(params string[] events) => string.Concat(events.Select(text => $"data: {text}\n\n"));

    /// <summary>A chunk with text.</summary>
    public static string Piece(string text) =>
        $$$"""{"choices":[{"index":0,"delta":{"content":"{{{text}}}"},"finish_reason":null}]}""";

    /// <summary>The chunk that ends an answer.</summary>
    public static string Finish(string reason = "stop") =>
        $$$"""{"choices":[{"index":0,"delta":{},"finish_reason":"{{{reason}}}"}]}""";

    public static string Usage(int prompt, int completion) =>
        $$$"""{"choices":[],"usage":{"prompt_tokens":{{{prompt}}},"completion_tokens":{{{completion}}}}}""";

    public static Reply Json(string body, int status = 200, string more = "") =>
        new(Head("application/json", status, more) + body);

    private static Reply KeptJson(string body) => new(
        $"HTTP/1.1 200 Word\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}",
        ReplyEnd.Keeps);

    public void Dispose()
    {
        _ended.Cancel();
        _listener.Dispose();
        Task.WhenAll(_connections).Wait(TimeSpan.FromSeconds(30));
        _ended.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _connections.Add(ServeAsync(await _listener.AcceptAsync(_ended.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The server is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            using var network = new NetworkStream(socket, ownsSocket: true);
            Stream stream = network;
            if (_certificate is not null)
            {
                var secured = new SslStream(network);
                await secured.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _ended.Token);
                stream = secured;
            }
            Reply reply;
            do
            {
                if (await ReadAsync(stream) is not { } request) return;
                Requests.Enqueue(request);
                bool asksModels = request.Method == "GET" && request.Path.EndsWith("/models", StringComparison.Ordinal);
                string models = $$$"""{"data":[{"id":"served","object":"model","owned_by":"{{{Owner}}}"}]}""";
                reply = asksModels && request.Path == "/v1/models" ? KeepsConnections ? KeptJson(models) : Json(models)
                    : asksModels ? Json("{}", 404) : _answer(request);
                await SendAsync(stream, socket, reply);
            }
            while (reply.End == ReplyEnd.Keeps);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException
            or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // The client has gone, or the server.
        }
    }

    private async Task SendAsync(Stream stream, Socket socket, Reply reply)
    {
        foreach (ReplyPart part in reply.Parts)
        {
            if (part.Wait is { } wait) await wait(_ended.Token);
            try
            {
                await stream.WriteAsync(part.Bytes, _ended.Token);
                await stream.FlushAsync(_ended.Token);
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                ClientLeft.TrySetResult();
                throw;
            }
        }
        if (reply.End == ReplyEnd.Reset) socket.LingerState = new LingerOption(true, 0);
        if (reply.End != ReplyEnd.StaysOpen) return;
        byte[] rest = new byte[256];
        while (await stream.ReadAsync(rest, _ended.Token) > 0) { }
        ClientLeft.TrySetResult();
    }

    private async Task<RecordedRequest?> ReadAsync(Stream stream)
    {
        var all = new List<byte>();
        byte[] buffer = new byte[8192];
        int head;
        while ((head = IndexOfEnd(all)) < 0)
        {
            int size = await stream.ReadAsync(buffer, _ended.Token);
            if (size == 0) return null;
            all.AddRange(buffer.AsSpan(0, size));
        }
        string[] lines = Encoding.ASCII.GetString([.. all[..head]]).Split("\r\n");
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        int length = headers.TryGetValue("Content-Length", out string? text)
            ? int.Parse(text, CultureInfo.InvariantCulture) : 0;
        while (all.Count < head + 4 + length)
        {
            int size = await stream.ReadAsync(buffer, _ended.Token);
            if (size == 0) return null;
            all.AddRange(buffer.AsSpan(0, size));
        }
        string[] first = lines[0].Split(' ');
        return new RecordedRequest(first[0], first[1], headers, Encoding.UTF8.GetString([.. all[(head + 4)..]]));
    }

    private static int IndexOfEnd(List<byte> bytes) =>
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes).IndexOf("\r\n\r\n"u8);
}

/// <summary>What a client sent.</summary>
internal sealed record RecordedRequest(
    string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>What becomes of the connection after the last byte.</summary>
internal enum ReplyEnd
{
    Closes,
    Reset,
    StaysOpen,
    Keeps,
}

/// <summary>A part of a reply, sent after what it waits for.</summary>
internal sealed record ReplyPart(byte[] Bytes, Func<CancellationToken, Task>? Wait = null);

/// <summary>What the server sends.</summary>
internal sealed record Reply(IReadOnlyList<ReplyPart> Parts, ReplyEnd End = ReplyEnd.Closes)
{
    public Reply(string text, ReplyEnd end = ReplyEnd.Closes)
        : this([new ReplyPart(Encoding.UTF8.GetBytes(text))], end)
    {
    }

    /// <summary>The same, and then more, once this has come to pass.</summary>
    public Reply Then(Func<CancellationToken, Task> wait, string text) =>
        this with { Parts = [.. Parts, new ReplyPart(Encoding.UTF8.GetBytes(text), wait)] };
}
