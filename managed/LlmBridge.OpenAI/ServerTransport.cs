using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace LlmBridge.OpenAI;

/// <summary>How a server is connected to: sockets, certificates, proxies.</summary>
internal static class ServerTransport
{
    /// <summary>A handler for one server's connections.</summary>
    /// <exception cref="ServerException">The file of authorities holds none.</exception>
    public static SocketsHttpHandler MakeHandler(ServerUrl url, ServerOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // never to another host with the key
            UseCookies = false,
            ConnectTimeout = options.ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5), // names may come to mean other addresses
            UseProxy = url.SocketPath is null,
            PlaintextStreamFilter = static (opened, _) =>
                ValueTask.FromResult<Stream>(new KeptConnection(opened.PlaintextStream)),
        };
        if (url.SocketPath is { } path)
        {
            handler.ConnectCallback = async (_, cancelled) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancelled).ConfigureAwait(false);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            };
        }
        if (options.TlsCaFile is { } file)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.ImportFromPemFile(file);
            if (policy.CustomTrustStore.Count == 0)
            {
                throw new ServerException(ServerFault.Invalid, $"tls_ca_file: {file} has no certificate in PEM form");
            }
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        }
        return handler;
    }
}
