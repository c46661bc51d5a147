using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using BenchmarkDotNet.Attributes;

namespace LlmBridge.Benchmarks;

/// <summary>An answer of a server on the loopback address: through the engine http, and by a bare HttpClient that reads
/// the same bytes to their end and understands none of them.</summary>
public class HttpCall
{
    private const int Calls = 500;

    private static readonly byte[] s_question = Encoding.UTF8.GetBytes(
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"" + new string('x', 64)
        + "\"}],\"stream\":true}");

    private static readonly string s_prompt = new('x', 64);

    private Server? _server;
    private HttpClient? _bare;
    private LlmClient? _client;

    [GlobalSetup]
    public async Task StartAsync()
    {
        _server = Server.Start();
        _bare = ClientOf(_server.Url);
        var options = new BridgeOptions
        {
            Engine = LlmEngine.Http,
            Url = _server.Url,
        };
        _client = await LlmClient.OpenAsync(options);
        await _client.StartAsync();
    }

    [GlobalCleanup]
    public async Task StopAsync()
    {
        await _client!.DisposeAsync();
        _bare!.Dispose();
        _server!.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Calls)]
    public async Task HttpClientAlone()
    {
        byte[] buffer = new byte[4096];
        for (int i = 0; i < Calls; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions");
            request.Content = new ByteArrayContent(s_question);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using HttpResponseMessage response =
                await _bare!.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            await using Stream body = await response.Content.ReadAsStreamAsync();
            while (await body.ReadAsync(buffer) > 0)
            {
                // It is only counted.
            }
        }
    }

    [Benchmark(OperationsPerInvoke = Calls)]
    public async Task AskAsync()
    {
        for (int i = 0; i < Calls; i++) await _client!.AskAsync(s_prompt);
    }

    private static HttpClient ClientOf(string url) => new() { BaseAddress = new Uri(url) };

    /// <summary>Answers every request at once, with the same bytes, on connections that stay.</summary>
    private sealed class Server : IDisposable
    {
        private static readonly byte[] s_models = Response("application/json", "{\"data\":[{\"id\":\"m\"}]}");
        private static readonly byte[] s_answer = Response(
            "text/event-stream",
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + new string('y', 64) + "\"}}]}\n\n"
            + "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");

        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        private Server()
        {
            _listener.Start();
            Url = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
            _ = AcceptAsync();
        }

        public string Url { get; }

        public static Server Start() => new();

        public void Dispose() => _listener.Dispose();

        private static byte[] Response(string type, string body) => Encoding.ASCII.GetBytes(
            $"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n\r\n{body}");

        private async Task AcceptAsync()
        {
            try
            {
                while (true) _ = ServeAsync(await _listener.AcceptSocketAsync());
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // It is over.
            }
        }

        private static async Task ServeAsync(Socket socket)
        {
            using (socket)
            {
                socket.NoDelay = true;
                byte[] buffer = new byte[16384];
                int have = 0;
                while (true)
                {
                    int size = await socket.ReceiveAsync(buffer.AsMemory(have));
                    if (size == 0) return;
                    have += size;
                    if (!IsWhole(buffer.AsSpan(0, have))) continue;
                    await socket.SendAsync(buffer[0] == 'G' ? s_models : s_answer);
                    have = 0;
                }
            }
        }

        private static bool IsWhole(ReadOnlySpan<byte> request)
        {
            int head = request.IndexOf("\r\n\r\n"u8);
            if (head < 0) return false;
            int at = request.IndexOf("Content-Length: "u8);
            int length = 0;
            if (at >= 0) _ = System.Buffers.Text.Utf8Parser.TryParse(request[(at + 16)..], out length, out _);
            return request.Length >= head + 4 + length;
        }
    }
}
