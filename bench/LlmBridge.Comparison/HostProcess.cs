using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace LlmBridge.Comparison;

/// <summary>A host program that takes orders: a line there, a JSON object back.</summary>
internal sealed class HostProcess : IDisposable
{
    private static readonly TimeSpan s_orderLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan s_endLimit = TimeSpan.FromSeconds(10);

    private readonly Process _process;

    private HostProcess(Process process) => _process = process;

    public int Id => _process.Id;

    /// <summary>Starts the host of a way; throws <see cref="MeasureException"/> if its program is missing.</summary>
    public static HostProcess Start(Way way, string prefix, string model, int threads)
    {
        (string program, string[] arguments) = way.Host(prefix, model, threads);
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
        };
        try
        {
            return new HostProcess(Process.Start(start)!);
        }
        catch (Win32Exception missing)
        {
            throw new MeasureException($"{program}: {missing.Message}");
        }
    }

    /// <summary>Gives an order and waits for what it came to.</summary>
    public async Task<Outcome> OrderAsync(string order)
    {
        using var limit = new CancellationTokenSource(s_orderLimit);
        try
        {
            await _process.StandardInput.WriteLineAsync(order.AsMemory(), limit.Token);
            await _process.StandardInput.FlushAsync(limit.Token);
            string line = await _process.StandardOutput.ReadLineAsync(limit.Token)
                ?? throw new MeasureException("the host ended");
            Outcome outcome = JsonSerializer.Deserialize<Outcome>(line, Report.Json)!;
            return outcome.Error == null ? outcome : throw new MeasureException(outcome.Error);
        }
        catch (OperationCanceledException)
        {
            throw new MeasureException($"no answer within {s_orderLimit.TotalMinutes:0} minutes");
        }
        catch (Exception failure) when (failure is IOException or JsonException)
        {
            throw new MeasureException(failure.Message);
        }
    }

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>The end of its orders is the end of the host; one that does not see it is killed.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            if (!_process.WaitForExit(s_endLimit)) _process.Kill(entireProcessTree: true);
        }
        _process.Dispose();
    }
}
