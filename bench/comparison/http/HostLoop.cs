using System.Diagnostics;
using System.Text.Json;

namespace LlmBridge.Comparison.Http;

/// <summary>A host program: reads orders, times its own requests, answers with JSON.</summary>
internal static class HostLoop
{
    private const int ShownNumbers = 8;

    public static async Task RunAsync(string[] model)
    {
        using var server = new ServerProcess(model);
        while (Console.ReadLine() is { } line)
        {
            object reply;
            try
            {
                reply = await ObeyAsync(server, line.Split(' '));
            }
            catch (Exception failure) when (failure is HttpRequestException or InvalidOperationException)
            {
                reply = new { error = failure.Message };
            }
            Console.WriteLine(JsonSerializer.Serialize(reply));
        }
    }

    private static async Task<object> ObeyAsync(ServerProcess server, string[] words) => words[0] switch
    {
        "generate" => await RunRoundsAsync(
            words, number => GenerateAsync(server, number, int.Parse(words[4]), uint.Parse(words[5]))),
        "embed" => await RunRoundsAsync(words, number => EmbedAsync(server, number, int.Parse(words[4]))),
        "recover" => await RecoverAsync(server, int.Parse(words[1])),
        "helper" => new { pid = server.Id },
        _ => new { error = "an unknown order" },
    };

    private static async Task<object> RunRoundsAsync(string[] words, Func<int, Task<Round>> run)
    {
        (int first, int rounds, double limit) = (int.Parse(words[1]), int.Parse(words[2]), double.Parse(words[3]));
        var seconds = new List<double>();
        var last = new Round();
        var total = Stopwatch.StartNew();
        while (seconds.Count == 0 || (seconds.Count < rounds && total.Elapsed.TotalSeconds < limit))
        {
            var watch = Stopwatch.StartNew();
            last = await run(first + seconds.Count);
            seconds.Add(watch.Elapsed.TotalSeconds);
        }
        return new { seconds, tokens = last.Tokens, text = last.Text, vector = last.Vector };
    }

    private static async Task<Round> GenerateAsync(ServerProcess server, int number, int streams, uint tokens)
    {
        var question = new Question($"{number:D5}. Once upon a time there was", tokens);
        Generation[] answers = await Task.WhenAll(
            Enumerable.Range(0, streams).Select(_ => server.PostAsync<Generation>("/generate", question)));
        return new Round { Tokens = answers.Sum(answer => (long)answer.Tokens), Text = answers[0].Text };
    }

    private static async Task<Round> EmbedAsync(ServerProcess server, int number, int width)
    {
        IEnumerable<string> texts = Enumerable.Range(number * width, width)
            .Select(i => $"{i:D5}. The quick brown fox jumps over the lazy dog and runs away");
        float[][] vectors = await server.PostAsync<float[][]>("/embed", texts);
        return new Round { Vector = vectors[0][..ShownNumbers] };
    }

    private static async Task<object> RecoverAsync(ServerProcess server, int number)
    {
        var watch = Stopwatch.StartNew();
        using (Process helper = Process.GetProcessById(server.Id)) helper.Kill();
        try
        {
            await GenerateAsync(server, number, 1, 1);
        }
        catch (HttpRequestException)
        {
            await GenerateAsync(server, number, 1, 1);
        }
        return new { seconds = new[] { watch.Elapsed.TotalSeconds } };
    }

    private sealed record Round
    {
        public long Tokens { get; init; }

        public string? Text { get; init; }

        public float[]? Vector { get; init; }
    }
}
