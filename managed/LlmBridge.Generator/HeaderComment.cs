using System.Text.RegularExpressions;

namespace LlmBridge.Generator;

/// <summary>A documentation comment of a header, split into what XML documentation has places for.</summary>
internal sealed partial record HeaderComment(
    string Summary, IReadOnlyDictionary<string, string> Parameters, IReadOnlyList<string> Remarks)
{
    public static readonly HeaderComment None = new("", new Dictionary<string, string>(), []);

    /// <summary>Reads a comment as it stands in the source, with its opening and closing marks.</summary>
    public static HeaderComment Parse(string source)
    {
        string summary = "";
        var parameters = new Dictionary<string, string>();
        var remarks = new List<string>();
        Action<string> append = text => summary = Join(summary, text);
        foreach (string line in source.Split('\n').Select(WithoutMarks))
        {
            if (ParameterStart().Match(line) is { Success: true } parameter)
            {
                string name = parameter.Groups["name"].Value;
                parameters[name] = parameter.Groups["text"].Value;
                append = text => parameters[name] = Join(parameters[name], text);
            }
            else if (LabelStart().IsMatch(line))
            {
                remarks.Add(Blanks().Replace(line, " "));
                append = text => remarks[^1] = Join(remarks[^1], text);
            }
            else if (line.Length > 0)
            {
                append(line);
            }
        }
        return new HeaderComment(summary, parameters, remarks);
    }

    private static string Join(string text, string more) => text.Length == 0 ? more : text + " " + more;

    private static string WithoutMarks(string line)
    {
        line = line.Trim();
        if (line.StartsWith("/**<", StringComparison.Ordinal)) line = line[4..];
        else if (line.StartsWith("/**", StringComparison.Ordinal)) line = line[3..];
        if (line.EndsWith("*/", StringComparison.Ordinal)) line = line[..^2];
        line = line.Trim();
        return line.StartsWith('*') ? line[1..].Trim() : line;
    }

    [GeneratedRegex(@"^@param\s+(?<name>\w+)\s+(?<text>.*)$")]
    private static partial Regex ParameterStart();

    [GeneratedRegex(@"^(Owner|Threads|Errors):")]
    private static partial Regex LabelStart();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
