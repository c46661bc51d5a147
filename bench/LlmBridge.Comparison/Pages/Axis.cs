namespace LlmBridge.Comparison.Pages;

/// <summary>From values to places: linear from 0, or by powers of ten where the values span more than a linear axis
/// shows.</summary>
internal sealed class Axis
{
    private const double LinearSpanMax = 20;
    private const double Headroom = 1.02;
    private const int LinearTicks = 5;

    private readonly double _begin;
    private readonly double _end;

    public Axis(IReadOnlyCollection<double> values)
    {
        (double least, double most) = (values.Min(), values.Max() * Headroom);
        IsLogarithmic = least > 0 && most / least > LinearSpanMax;
        // The least bar is to be seen: it begins at least half a decade to the left of its value.
        _begin = IsLogarithmic ? Math.Floor(Math.Log10(least) - 0.5) : 0;
        _end = IsLogarithmic ? Math.Log10(most) : most;
    }

    public bool IsLogarithmic { get; }

    /// <summary>Where values are named.</summary>
    public IEnumerable<double> Ticks
    {
        get
        {
            double step = IsLogarithmic ? 1 : LinearStep();
            for (double at = _begin; at <= _end; at += step) yield return IsLogarithmic ? Math.Pow(10, at) : at;
        }
    }

    /// <summary>A value's place: 0 at the beginning of the axis, 1 at its end.</summary>
    public double Place(double value)
    {
        double at = IsLogarithmic ? Math.Log10(Math.Max(value, double.Epsilon)) : value;
        return Math.Clamp((at - _begin) / (_end - _begin), 0, 1);
    }

    /// <summary>1, 2 or 5 times a power of ten.</summary>
    private double LinearStep()
    {
        double rough = _end / LinearTicks;
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return power * (rough / power < 1.5 ? 1 : rough / power < 3.5 ? 2 : rough / power < 7.5 ? 5 : 10);
    }
}
