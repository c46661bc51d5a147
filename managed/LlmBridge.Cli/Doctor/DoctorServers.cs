using System.Security.Cryptography;
using LlmBridge.OpenAI;

namespace LlmBridge.Cli;

/// <summary>What is told of the servers that the engine http asks: where they begin, what they are, and whether their
/// answers come piece by piece. This process asks them, with its own proxies.</summary>
internal static class DoctorServers
{
    private const string Prompt = "Count from one to thirty in words.";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <summary>Asks each server that the setting url names.</summary>
    /// <param name="setting">What a setting says, by its name.</param>
    public static async Task ExamineAsync(
        DoctorReport report, Func<string, string?> setting, CancellationToken cancellationToken)
    {
        IReadOnlyList<ServerUrl> urls;
        ServerOptions options;
        try
        {
            urls = ServerUrl.ParseList(setting("url") ?? "");
            string? keyFile = setting("api_key_file");
            options = new ServerOptions
            {
                Model = setting("model"),
                ApiKey = keyFile is null ? null : await ApiKeyFile.ReadAsync(keyFile),
                TlsCaFile = setting("tls_ca_file"),
            };
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            return; // the call says so
        }
        foreach (ServerUrl url in urls) await ExamineAsync(report, url, options, cancellationToken);
    }

    private static async Task ExamineAsync(
        DoctorReport report, ServerUrl url, ServerOptions options, CancellationToken cancellationToken)
    {
        string name = $"server {url}";
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(s_limit);
        try
        {
            ServerProbe found = await ServerProbe.AskAsync(url, options, Prompt, limited.Token);
            report.Good(name, $"{found.Dialect.Name} at {found.Root}, model {found.Model}");
            string arrival =
                $"{found.Pieces} in {found.Arrivals} arrivals, the first after {found.First.TotalMilliseconds:0} ms, "
                + $"then {found.Gap.TotalMilliseconds:0.#} ms apart";
            if (!found.IsHeldBack) report.Good("pieces", arrival);
            else
            {
                report.Warn("pieces", arrival,
                    "They come together: the server, or a proxy before it, holds them back; "
                    + "with nginx, proxy_buffering off ends that");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            report.Bad(name, $"tls_ca_file: {e.Message}", "Name a file of certificates in PEM form, which may be read");
        }
        catch (ServerException e)
        {
            report.Bad(name, e.Message, "Start the server, or correct url; a proxy is named by HTTPS_PROXY, and passed "
                + "by for the hosts of NO_PROXY");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            report.Bad(name, $"no whole answer within {s_limit.TotalSeconds:0} s", "See what the server does");
        }
    }
}
