using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace LlmBridge.InteropTests.Support;

/// <summary>A proxy of Debian's, on a port of the loopback address; the test is skipped where it is not
/// installed.</summary>
internal sealed class ProxyProgram : IDisposable
{
    private const int PortAttempts = 5;

    private readonly TemporaryFolder _folder = new();
    private readonly Process _process;

    private ProxyProgram(string program, string package, Func<string, int, string> settings, string[] arguments)
    {
        string? path = "/usr/sbin:/usr/local/bin:/usr/bin".Split(':').Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
        if (path is null) Assert.Inconclusive($"{program} is not installed (Debian package {package})");
        for (int attempt = 1; ; attempt++)
        {
            int port = FreePort();
            Url = string.Create(CultureInfo.InvariantCulture, $"http://localhost:{port}");
            string file = _folder.At("proxy.conf");
            File.WriteAllText(file, settings(_folder.Path, port));
            _process = ProgramRun.Start(path!, [.. arguments, file]);
            if (IsThere(_process, port)) return;
            if (attempt == PortAttempts) Assert.Fail($"{program}: {_process.StandardError.ReadToEnd()}");
            _process.Dispose(); // another program has the port by now
        }
    }

    public string Url { get; }

    /// <summary>A forward proxy, which adds Via to plain requests.</summary>
    public static ProxyProgram Tinyproxy() => new(
        "tinyproxy", "tinyproxy",
        (folder, port) => string.Create(CultureInfo.InvariantCulture,
            $"Port {port}\nListen 127.0.0.1\nAllow 127.0.0.1\nLogFile \"{folder}/log\"\nLogLevel Connect\n"),
        ["-d", "-c"]);

    /// <summary>A reverse proxy before a server, which keeps an answer back until it is whole.</summary>
    public static ProxyProgram Nginx(string server) => new(
        "nginx", "nginx-light",
        (folder, port) => $$"""
            daemon off;
            master_process off;
            pid {{folder}}/pid;
            error_log {{folder}}/log;
            events { }
            http {
              access_log off;
              client_body_temp_path {{folder}}/body;
              proxy_temp_path {{folder}}/proxy;
              fastcgi_temp_path {{folder}}/fastcgi;
              uwsgi_temp_path {{folder}}/uwsgi;
              scgi_temp_path {{folder}}/scgi;
              server {
                listen 127.0.0.1:{{port.ToString(CultureInfo.InvariantCulture)}};
                location / { proxy_pass {{server.Replace("localhost", "127.0.0.1", StringComparison.Ordinal)}}; }
              }
            }
            """,
        ["-c"]);

    /// <summary>What it has written down.</summary>
    public string Log => File.ReadAllText(_folder.At("log"));

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        _folder.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static bool IsThere(Process process, int port)
    {
        while (!process.HasExited)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Connect(IPAddress.Loopback, port);
                return true;
            }
            catch (SocketException)
            {
                Thread.Sleep(10);
            }
        }
        return false;
    }
}
