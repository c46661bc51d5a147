using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace LlmBridge.OpenAI;

/// <summary>One server: its connections, and what was learned of it.</summary>
public sealed class ServerConnection : IDisposable
{
    private const int BodyBytesMax = 64 * 1024;
    private const int AnswerBytesMax = 256 * 1024 * 1024;
    private const int RedirectsMax = 3;
    private const int StaleMax = 16;

    private readonly HttpClient _client;
    private readonly ServerOptions _options;
    private readonly SemaphoreSlim _probing = new(1);
    private volatile Found? _found;

    /// <summary>Connects to nothing yet.</summary>
    public ServerConnection(ServerUrl url, ServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Url = url;
        _options = options;
        _client = new HttpClient(ServerTransport.MakeHandler(url, options)) { Timeout = Timeout.InfiniteTimeSpan };
        if (options.ApiKey is { } key)
        {
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
        _client.DefaultRequestHeaders.UserAgent.ParseAdd("llmbridge");
    }

    /// <summary>Where the server is.</summary>
    public ServerUrl Url { get; }

    /// <summary>False once the server refused to be asked for the tokens' count.</summary>
    public bool AsksUsage { get; set; } = true;

    /// <summary>True once the server wanted max_completion_tokens.</summary>
    public bool NewLimitName { get; set; }

    /// <summary>What the server said of itself, asked once.</summary>
    /// <param name="Root">What paths begin with.</param>
    /// <param name="Model">Its name of the model.</param>
    /// <param name="Dialect">What it takes.</param>
    public sealed record Found(string Root, string Model, ServerDialect Dialect);

    /// <summary>Finds out where the server's paths begin, which model it has and what it takes: once, as long as it
    /// goes well.</summary>
    /// <exception cref="ServerException">It cannot be reached, or says no.</exception>
    public async Task<Found> FindAsync(CancellationToken cancelled)
    {
        if (_found is { } known) return known;
        await _probing.WaitAsync(cancelled).ConfigureAwait(false);
        try
        {
            return _found ??= await ProbeAsync(cancelled).ConfigureAwait(false);
        }
        catch (ServerException e) when (!e.NothingBegun) // nothing was asked yet
        {
            throw new ServerException(e.Fault, e.Message, e) { RetryAfter = e.RetryAfter, NothingBegun = true };
        }
        finally
        {
            _probing.Release();
        }
    }

    /// <summary>What is asked next time anew: the server may be another one by then.</summary>
    public void Forget() => _found = null;

    /// <summary>Sends a body and gives the response once its head is there; a status that tells of a failure is
    /// one.</summary>
    public async Task<HttpResponseMessage> PostAsync(string path, byte[] body, CancellationToken cancelled)
    {
        Uri target = new(path);
        for (int redirects = 0; ; redirects++)
        {
            HttpResponseMessage response = await PostOnceAsync(target, body, cancelled).ConfigureAwait(false);
            if ((int)response.StatusCode is < 300 or >= 400)
            {
                if (response.IsSuccessStatusCode) return response;
                using (response) throw await FailureAsync(response, cancelled).ConfigureAwait(false);
            }
            using (response) target = Redirected(target, response, redirects);
        }
    }

    /// <summary>The whole body of a response.</summary>
    public static async Task<byte[]> ReadAllAsync(HttpResponseMessage response, CancellationToken cancelled)
    {
        ArgumentNullException.ThrowIfNull(response);
        (byte[] body, bool whole) = await ReadAsync(response, AnswerBytesMax, cancelled).ConfigureAwait(false);
        return whole
            ? body
            : throw new ServerException(ServerFault.Malformed, $"the answer has more than {AnswerBytesMax} bytes");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        _probing.Dispose();
    }

    private async Task<Found> ProbeAsync(CancellationToken cancelled)
    {
        string root = Url.Root.ToString().TrimEnd('/');
        string[] roots = Url.HasVersion ? [root] : [root + "/v1", root];
        ServerException? first = null;
        foreach (string candidate in roots)
        {
            try
            {
                (string? model, string? owner) = await ModelsAsync(candidate, cancelled).ConfigureAwait(false);
                return new Found(
                    candidate,
                    _options.Model ?? model ?? throw new ServerException(
                        ServerFault.Invalid, $"{Url} lists no model; name one by the setting model"),
                    ServerDialect.OfOwner(owner));
            }
            catch (ServerException e) when (e.IsElsewhere)
            {
                first ??= e;
            }
        }
        // A server without a list of its models: the usual place, and the model that was named.
        if (_options.Model is { } named) return new Found(roots[0], named, ServerDialect.Plain);
        throw new ServerException(
            ServerFault.Invalid, $"{Url}: {first!.Message}; it lists no models: name one by the setting model");
    }

    /// <summary>The model's name and owner: the one that was named, else the first of the list.</summary>
    private async Task<(string? Model, string? Owner)> ModelsAsync(string root, CancellationToken cancelled)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(root + "/models"));
        using HttpResponseMessage response = await SendAsync(request, cancelled).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode) throw await FailureAsync(response, cancelled).ConfigureAwait(false);
        (byte[] body, _) = await ReadAsync(response, 4 * 1024 * 1024, cancelled).ConfigureAwait(false);
        try
        {
            return ModelList.Find(body, _options.Model);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ServerException(
                ServerFault.Malformed,
                $"{root}/models is no list of models: {ErrorBody.TextOf(Encoding.UTF8.GetString(body))}",
                e)
            {
                IsElsewhere = true,
            };
        }
    }

    /// <summary>Sends a body, once more for each kept connection that the server had closed.</summary>
    private async Task<HttpResponseMessage> PostOnceAsync(Uri target, byte[] body, CancellationToken cancelled)
    {
        for (int stale = 0; ; stale++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, target);
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            try
            {
                return await SendAsync(request, cancelled).ConfigureAwait(false);
            }
            catch (ServerException e) when (stale < StaleMax && StaleConnectionException.In(e) is not null)
            {
            }
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancelled)
    {
        try
        {
            return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancelled)
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancelled.IsCancellationRequested)
        {
            throw Unreached($"no connection within {_options.ConnectTimeout.TotalSeconds} s", e);
        }
        catch (HttpRequestException e) when (request.Method == HttpMethod.Post && WasTaken(e))
        {
            throw new ServerException(
                ServerFault.CutOff, $"{Url}: the request was taken, and not answered: {Innermost(e)}", e);
        }
        catch (HttpRequestException e)
        {
            throw Unreached(Innermost(e), e);
        }
    }

    /// <summary>True where the server closed the connection as if it had answered, or answered something that is no
    /// response: it may have done what was asked. A reset tells that it has not.</summary>
    private static bool WasTaken(HttpRequestException e) =>
        StaleConnectionException.In(e) is null
        && e.HttpRequestError is HttpRequestError.ResponseEnded or HttpRequestError.InvalidResponse;

    private ServerException Unreached(string why, Exception inner) =>
        new(ServerFault.Unavailable, $"{Url}: {why}", inner) { NothingBegun = true };

    /// <summary>The words of the cause: those of the outermost exception say little more than that there was
    /// one.</summary>
    private static string Innermost(Exception e)
    {
        string said = e.Message;
        for (Exception? inner = e.InnerException; inner is not null; inner = inner.InnerException)
        {
            if (!said.Contains(inner.Message, StringComparison.Ordinal)) said += ": " + inner.Message;
        }
        return said;
    }

    private async Task<ServerException> FailureAsync(HttpResponseMessage response, CancellationToken cancelled)
    {
        int status = (int)response.StatusCode;
        if (status is >= 300 and < 400)
        {
            return new ServerException(ServerFault.Refused, $"{Url}: HTTP {status} to {response.Headers.Location}")
            {
                IsElsewhere = true,
            };
        }
        (byte[] body, _) = await ReadAsync(response, BodyBytesMax, cancelled).ConfigureAwait(false);
        return ErrorBody.Of(Url, status, Encoding.UTF8.GetString(body), RetryAfterOf(response));
    }

    private static TimeSpan? RetryAfterOf(HttpResponseMessage response)
    {
        if (response.Headers.RetryAfter is not { } after) return null;
        TimeSpan wait = after.Delta ?? (after.Date is { } date ? date - DateTimeOffset.UtcNow : TimeSpan.Zero);
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    private Uri Redirected(Uri from, HttpResponseMessage response, int redirects)
    {
        string status = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
        Uri? to = response.Headers.Location is { } location ? new Uri(from, location) : null;
        bool keepsBody = response.StatusCode is HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;
        bool isSame = to is not null && to.Scheme == from.Scheme && to.Host == from.Host && to.Port == from.Port;
        if (keepsBody && isSame && redirects < RedirectsMax) return to!;
        throw new ServerException(
            ServerFault.Refused,
            $"{Url}: HTTP {status} to {to?.ToString() ?? "nowhere"}: "
            + "followed are 307 and 308 within the same server; set url to where it is");
    }

    private static async Task<(byte[] Body, bool Whole)> ReadAsync(
        HttpResponseMessage response, int most, CancellationToken cancelled)
    {
        var all = new MemoryStream();
        byte[] buffer = new byte[16 * 1024];
        try
        {
            using Stream body = await response.Content.ReadAsStreamAsync(cancelled).ConfigureAwait(false);
            int size;
            while (all.Length < most && (size = await body.ReadAsync(buffer, cancelled).ConfigureAwait(false)) > 0)
            {
                all.Write(buffer, 0, size);
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new ServerException(ServerFault.CutOff, $"the connection ended in the answer: {e.Message}", e);
        }
        return (all.ToArray(), all.Length < most);
    }
}
