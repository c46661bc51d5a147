using System.Xml.Linq;

namespace LlmBridge.Comparison.Pages;

/// <summary>Draws a chart as SVG that reads on light and dark pages alike.</summary>
internal static class SvgWriter
{
    private const double Margin = 10;
    private const double Width = 780;
    private const double LabelsEnd = 168;
    private const double PlotWidth = 510;
    private const double Top = 62;
    private const double GroupTitleHeight = 26;
    private const double RowHeight = 21;
    private const double BarHeight = 14;
    private const double GroupGap = 12;
    private const double AxisHeight = 30;
    private const double TextDrop = 11;

    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";

    private const string Style = """
        text { font: 12px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328 }
        .title { font-size: 16px; font-weight: 600 }
        .group { font-weight: 600 }
        .note, .tick { fill: #59636e }
        .label { text-anchor: end }
        .tick { text-anchor: middle; font-size: 11px }
        .ours, .value.ours { font-weight: 600 }
        rect { fill: #a9b4c2 }
        rect.ours { fill: #1f6feb }
        .grid { stroke: #d1d9e0; stroke-width: 1 }
        .spread { stroke: #1f2328; stroke-opacity: .55; stroke-width: 1.5 }
        @media (prefers-color-scheme: dark) {
          text { fill: #e6edf3 }
          .note, .tick { fill: #9198a1 }
          rect { fill: #59636e }
          rect.ours { fill: #4493f8 }
          .grid { stroke: #3d444d }
          .spread { stroke: #e6edf3 }
        }
        """;

    public static void Write(BarChart chart, string file)
    {
        double bottom = Top + chart.Groups.Sum(HeightOf);
        IEnumerable<Bar> bars = chart.Groups.SelectMany(group => group.Bars);
        var axis = new Axis([.. bars.SelectMany(
            bar => (double?[])[bar.Value, bar.High]).OfType<double>().Where(value => value > 0).DefaultIfEmpty(1)]);
        var svg = new XElement(
            s_svg + "svg",
            new XAttribute("viewBox", FormattableString.Invariant(
                $"{-Margin} {-Margin} {Width + (2 * Margin)} {bottom + AxisHeight + (2 * Margin)}")),
            new XAttribute("width", Width + (2 * Margin)), new XAttribute("height", bottom + AxisHeight + (2 * Margin)),
            new XAttribute("role", "img"),
            new XElement(s_svg + "title", chart.Title), new XElement(s_svg + "style", Style),
            Text("title", 0, 18, chart.Title),
            Text("note", 0, 40, chart.Note + (axis.IsLogarithmic ? "; axis by powers of ten" : "")),
            axis.Ticks.Select(tick => DrawTick(axis, tick, bottom)));
        double y = Top;
        foreach (BarGroup group in chart.Groups)
        {
            svg.Add(DrawGroup(axis, group, y));
            y += HeightOf(group);
        }
        new XDocument(svg).Save(file);
    }

    private static double HeightOf(BarGroup group) => GroupTitleHeight + (group.Bars.Count * RowHeight) + GroupGap;

    private static IEnumerable<XElement> DrawTick(Axis axis, double tick, double bottom)
    {
        double x = X(axis, tick);
        yield return Line("grid", x, Top, x, bottom);
        yield return Text("tick", x, bottom + 16, Number.Text(tick));
    }

    private static IEnumerable<XElement> DrawGroup(Axis axis, BarGroup group, double y)
    {
        yield return Text("group", 0, y + 14, group.Title);
        y += GroupTitleHeight;
        foreach (Bar bar in group.Bars)
        {
            foreach (XElement part in DrawBar(axis, bar, y)) yield return part;
            y += RowHeight;
        }
    }

    private static IEnumerable<XElement> DrawBar(Axis axis, Bar bar, double y)
    {
        string ours = bar.Ours ? " ours" : "";
        double end = LabelsEnd;
        yield return Text("label" + ours, LabelsEnd - 8, y + TextDrop, bar.Label);
        if (bar.Value is { } value)
        {
            end = X(axis, value);
            yield return new XElement(
                s_svg + "rect", new XAttribute("class", ours.Trim()), At("x", LabelsEnd), At("y", y),
                At("width", end - LabelsEnd),
                new XAttribute("height", BarHeight), new XAttribute("rx", 2));
        }
        if (bar is { Low: { } low, High: { } high } && high > low)
        {
            yield return Line("spread", X(axis, low), y + (BarHeight / 2), X(axis, high), y + (BarHeight / 2));
            end = Math.Max(end, X(axis, high));
        }
        yield return Text("value" + ours, end + 6, y + TextDrop, bar.Text);
    }

    private static double X(Axis axis, double value) => LabelsEnd + (axis.Place(value) * PlotWidth);

    private static XElement Text(string kind, double x, double y, string text) =>
        new(s_svg + "text", new XAttribute("class", kind), At("x", x), At("y", y), text);

    private static XElement Line(string kind, double x1, double y1, double x2, double y2) =>
        new(s_svg + "line", new XAttribute("class", kind), At("x1", x1), At("y1", y1), At("x2", x2), At("y2", y2));

    private static XAttribute At(string name, double place) => new(name, Math.Round(place, 1));
}
