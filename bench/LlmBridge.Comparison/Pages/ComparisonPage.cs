using System.Globalization;

namespace LlmBridge.Comparison.Pages;

/// <summary>The page with plots and tables, made of a report alone.</summary>
internal static class ComparisonPage
{
    public const string File = "comparison.md";

    public static void Write(Report report, string folder)
    {
        int threads = report.Figures.Max(figure => figure.Threads);
        var lines = new List<string>();
        lines.AddRange(Head(report, threads));
        foreach (Plot plot in Plot.All)
        {
            BarChart chart = plot.Chart(report, threads);
            if (chart.Groups.Count == 0) continue;
            SvgWriter.Write(chart, Path.Combine(folder, plot.File));
            lines.AddRange(Section(plot.Title, plot.File, plot.Text));
            lines.AddRange(
                ["", .. FigureTable.Of(report, [.. plot.Metrics.Select(entry => Metric.Of(entry.Metric))], threads)]);
        }
        lines.AddRange(MemorySection(report, folder));
        lines.AddRange(["", "In a .NET process, LLamaSharp beside this library: `2026-11-29-dotnet.md`."]);
        if (threads > 1) lines.AddRange(SingleThreadSection(report));
        lines.AddRange(AgreementSection(report));
        System.IO.File.WriteAllText(Path.Combine(folder, File), string.Join('\n', lines) + "\n");
    }

    private static IEnumerable<string> Head(Report report, int threads)
    {
        Machine machine = report.Machine;
        yield return "# The same work in six ways";
        yield return "";
        yield return "What a program sees that has a language model through this library, and through other ways. "
            + "Each way is a host program of its own that measures itself; all use the same libraries of llama.cpp, "
            + "the same models, prompts and numbers of threads, and take the likeliest token.";
        yield return "";
        foreach (Way way in Way.All.Where(way => report.Figures.Any(figure => figure.Way == way.Key)))
        {
            yield return $"- **{way.Name}**: {way.Text}.";
        }
        yield return "";
        yield return string.Create(CultureInfo.InvariantCulture,
            $"{report.Date}; {machine.Processor}, {machine.Processors} processor(s), {machine.MemoryGib} GiB, "
            + $"Linux {machine.Kernel}; {threads} thread(s); load before the run {machine.LoadBefore}, "
            + $"after it {machine.LoadAfter}.");
        if (report.Quick) yield return "**A quick run**: a look, not a result.";
        if (machine.LoadBefore > machine.Processors / 2.0)
        {
            yield return "**Something else ran until shortly before**, if only the build, and may be in these figures.";
        }
        yield return "";
        yield return "Versions: "
            + string.Join("; ", report.Versions.Select(version => $"{version.Key} {version.Value}")) + ".";
        yield return "Models: " + string.Join(", ", report.Models.Select(
            model => string.Create(CultureInfo.InvariantCulture, $"{model.Name} ({model.Bytes / 1e6:0.0} MB)"))) + ".";
        yield return "";
        yield return "Made by `./build.sh compare" + (report.Command.Length > 0 ? " " + report.Command : "")
            + "`. Bars and tables have the median; the lines, and what is in brackets, go from the tenth to the "
            + "ninetieth percentile.";
    }

    private static IEnumerable<string> Section(string title, string picture, string text) =>
        ["", $"## {title}", "", text, "", $"![{title}]({picture})"];

    private static IEnumerable<string> MemorySection(Report report, string folder)
    {
        if (report.Memory.Count == 0) return [];
        SvgWriter.Write(MemoryPlot.Chart(report), Path.Combine(folder, MemoryPlot.File));
        const string text = "Private memory is what nobody shares: heap, stacks, the buffers of llama.cpp. "
            + "The model's file is mapped: its pages belong to the system's cache. Where there is no helper the model "
            + "is in the host, and goes down with it; only the program that the shell starts has it for as long as a "
            + "call.";
        return [.. Section(MemoryPlot.Title, MemoryPlot.File, text), "", .. MemoryPlot.Table(report)];
    }

    private static IEnumerable<string> SingleThreadSection(Report report)
    {
        bool any = report.Figures.Any(figure => figure.Threads == 1);
        return any ? ["", "## With one thread", "", .. FigureTable.Of(report, Metric.All, 1)] : [];
    }

    private static IEnumerable<string> AgreementSection(Report report)
    {
        if (report.Agreements.Count == 0) return [];
        return
        [
            "", "## Do all say the same?", "",
            "The first answer of each way to the same question; vectors are the same if their directions are. "
                + "Several streams may be decoded in batches of other shapes, whose rounding can tip a choice between "
                + "two tokens.",
            "",
            "| | the same | another |", "|---|---|---|",
            .. report.Agreements.Select(one =>
                $"| {one.Metric}, {one.Threads} thread(s) | {Names(one.Same)} | {Names(one.Different)} |"),
        ];
    }

    private static string Names(IEnumerable<string> keys) =>
        string.Join(", ", Way.All.Where(way => keys.Contains(way.Key)).Select(way => way.Name));
}
