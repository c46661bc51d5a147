using System.Text.RegularExpressions;

namespace LlmBridge.InteropTests.Support;

/// <summary>A complete program that stands in a page: a fenced block whose first line is a comment "example: NAME",
/// followed by a block called output, which is what it prints.</summary>
internal sealed partial record PageExample(string Page, string Name, string Fence, string Code, string? Output)
{
    private static readonly Lazy<IReadOnlyList<PageExample>> s_all = new(() => [.. Pages().SelectMany(Read)]);

    public static IReadOnlyList<PageExample> All => s_all.Value;

    public static PageExample Named(string page, string name) => All.Single(e => e.Page == page && e.Name == name);

    private static IEnumerable<string> Pages()
    {
        string hosts = Repository.At("docs/hosts");
        IEnumerable<string> pages =
            Directory.Exists(hosts) ? Directory.EnumerateFiles(hosts, "*.md").Order(StringComparer.Ordinal) : [];
        string[] others = ["README.md", "docs/engines.md", "docs/sessions.md"];
        return [.. others.Select(Repository.At), .. pages];
    }

    private static IEnumerable<PageExample> Read(string page)
    {
        Match[] blocks = [.. Block().Matches(File.ReadAllText(page)).Cast<Match>()];
        for (int i = 0; i < blocks.Length; i++)
        {
            string code = blocks[i].Groups["text"].Value;
            Match mark = Mark().Match(code.Split('\n')[0]);
            if (!mark.Success) continue;
            Match? next =
                i + 1 < blocks.Length && blocks[i + 1].Groups["fence"].Value == "output" ? blocks[i + 1] : null;
            yield return new PageExample(
                Path.GetRelativePath(Repository.Root, page), mark.Groups["name"].Value, blocks[i].Groups["fence"].Value,
                code, next?.Groups["text"].Value);
        }
    }

    [GeneratedRegex("^```(?<fence>[^\\n]*)\\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("example: (?<name>[a-z0-9_-]+)")]
    private static partial Regex Mark();
}
