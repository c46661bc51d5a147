using LlmBridge.Comparison;
using LlmBridge.Comparison.Pages;

CompareOptions? options = CompareOptions.Parse(args);
if (options == null)
{
    Console.Error.WriteLine(CompareOptions.Usage);
    return 2;
}
Report report = options.Render == null ? await new Comparison(options).RunAsync() : Report.Read(options.Render);
if (report.Figures.Count == 0)
{
    Console.Error.WriteLine("Nothing could be measured.");
    return 1;
}
Directory.CreateDirectory(options.Out);
if (options.Render == null) report.Write(Path.Combine(options.Out, $"comparison-{report.Date[..10]}.json"));
ComparisonPage.Write(report, options.Out);
return 0;
