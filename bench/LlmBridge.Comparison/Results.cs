namespace LlmBridge.Comparison;

/// <summary>Gathers what the turns find, by metric, threads and way.</summary>
internal sealed class Results
{
    private const double VectorTolerance = 0.02;

    private readonly Dictionary<(Metric Metric, int Threads, Way Way), List<double>> _values = [];
    private readonly Dictionary<(Metric Metric, int Threads, Way Way), string> _problems = [];
    private readonly Dictionary<(Metric Metric, int Threads), List<(Way Way, Outcome Outcome)>> _answers = [];

    public List<MemoryFigure> Memory { get; } = [];

    public IReadOnlyList<Figure> Figures =>
        [.. _values.Select(entry => FigureOf(entry.Key, entry.Value)), .. _problems.Select(
            entry => FigureOf(entry.Key, []))];

    public IReadOnlyList<Agreement> Agreements =>
        [.. _answers.Where(entry => entry.Value.Count > 1).Select(
            entry => AgreementOf(entry.Key.Metric, entry.Key.Threads, entry.Value))];

    public bool Failed(Metric metric, int threads, Way way) => _problems.ContainsKey((metric, threads, way));

    public void Add(Metric metric, int threads, Way way, IEnumerable<double> values)
    {
        if (!_values.TryGetValue((metric, threads, way), out List<double>? all))
        {
            _values[(metric, threads, way)] = all = [];
        }
        all.AddRange(values);
    }

    /// <summary>A way that failed once has no figure, whatever it did before.</summary>
    public void Fail(Metric metric, int threads, Way way, string problem)
    {
        Console.Error.WriteLine($"{way.Key}: {metric.Key}: {problem}");
        _values.Remove((metric, threads, way));
        _problems[(metric, threads, way)] = problem;
    }

    /// <summary>What a way answered to the prompt that all are given.</summary>
    public void AddAnswer(Metric metric, int threads, Way way, Outcome outcome)
    {
        if (!_answers.TryGetValue((metric, threads), out List<(Way, Outcome)>? all))
        {
            _answers[(metric, threads)] = all = [];
        }
        all.Add((way, outcome));
    }

    private Figure FigureOf((Metric Metric, int Threads, Way Way) key, List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0
            ? new Figure(key.Metric.Key, key.Way.Key, key.Threads, null, null, null, 0, _problems[key])
            : new Figure(key.Metric.Key, key.Way.Key, key.Threads, At(sorted, 0.5), At(sorted, 0.1), At(sorted, 0.9),
                sorted.Length, null);
    }

    private static double At(double[] sorted, double share) => sorted[(int)Math.Round((sorted.Length - 1) * share)];

    private static Agreement AgreementOf(Metric metric, int threads, List<(Way Way, Outcome Outcome)> answers)
    {
        Outcome first = answers[0].Outcome;
        ILookup<bool, string> ways = answers.ToLookup(answer => Same(first, answer.Outcome), answer => answer.Way.Key);
        return new Agreement(metric.Key, threads, [.. ways[true]], [.. ways[false]]);
    }

    private static bool Same(Outcome one, Outcome other) => one.Vector == null || other.Vector == null
        ? one.Text == other.Text && one.Tokens == other.Tokens
        : Cosine(one.Vector, other.Vector) > 1 - VectorTolerance;

    /// <summary>Of what is shown of two vectors, which may have different lengths.</summary>
    private static double Cosine(IReadOnlyList<double> one, IReadOnlyList<double> other) =>
        Dot(one, other) / Math.Sqrt(Dot(one, one) * Dot(other, other));

    private static double Dot(IReadOnlyList<double> one, IReadOnlyList<double> other) =>
        one.Zip(other, (a, b) => a * b).Sum();
}
