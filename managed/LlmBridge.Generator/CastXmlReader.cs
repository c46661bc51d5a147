using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace LlmBridge.Generator;

/// <summary>Has CastXML (Clang's own reading of C) describe the headers, and makes an <see cref="Api"/> of
/// it.</summary>
internal sealed class CastXmlReader
{
    private const int BitsPerByte = 8;
    private readonly Dictionary<string, XElement> _elements;
    private readonly Dictionary<string, byte[]> _sources = [];
    private readonly Dictionary<string, XElement> _comments;
    private readonly string _headerFolder;

    private CastXmlReader(XDocument document, string headerFolder)
    {
        _headerFolder = Path.GetFullPath(headerFolder) + Path.DirectorySeparatorChar;
        _elements =
            document.Root!.Elements().Where(e => e.Name != "Comment").ToDictionary(e => e.Attribute("id")!.Value);
        _comments = document.Root!.Elements("Comment").ToDictionary(e => e.Attribute("id")!.Value);
    }

    /// <summary>Reads the umbrella header and everything of ours that it includes.</summary>
    public static Api Read(string includeFolder, string header)
    {
        string output = Path.GetTempFileName();
        try
        {
            RunCastXml(includeFolder, header, output);
            return new CastXmlReader(XDocument.Load(output), includeFolder).ReadApi();
        }
        finally
        {
            File.Delete(output);
        }
    }

    private static void RunCastXml(string includeFolder, string header, string output)
    {
        var start = new ProcessStartInfo("castxml") { RedirectStandardError = true };
        string[] arguments = ["--castxml-output=1", "-std=c17", "-I", includeFolder, header, "-o", output];
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new GeneratorException("castxml cannot be run; it is in the Debian package castxml", e);
        }
        using (process)
        {
            string errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0) throw new GeneratorException($"castxml failed on {header}:\n{errors}");
        }
    }

    private Api ReadApi()
    {
        // CastXML lists declarations in the order of the sources; the output must not depend on that alone.
        XElement[] ours =
            [.. _elements.Values.Where(IsOurs).OrderBy(e => FileOf(e), StringComparer.Ordinal).ThenBy(LineOf)];
        return new Api(
            [.. ours.Where(e => e.Name == "Function").Select(ReadFunction)],
            [.. ours.Where(e => e.Name == "Struct" && e.Attribute("incomplete") == null).Select(ReadStruct)],
            [.. ours.Where(e => e.Name == "Enumeration").Select(ReadEnum)]);
    }

    private bool IsOurs(XElement element) =>
        element.Attribute("file") != null && FileOf(element).StartsWith(_headerFolder, StringComparison.Ordinal);

    private string FileOf(XElement element) =>
        Path.GetFullPath(_elements[element.Attribute("file")!.Value].Attribute("name")!.Value);

    private static int LineOf(XElement element) => Number(element, "line");

    private ApiFunction ReadFunction(XElement element) => new(
        NameOf(element),
        ReadType(element.Attribute("returns")!.Value),
        [.. element.Elements("Argument").Select(
            a => new ApiParameter(NameOf(a), ReadType(a.Attribute("type")!.Value)))],
        Path.GetFileName(FileOf(element)),
        CommentOf(element));

    private ApiStruct ReadStruct(XElement element) => new(
        NameOf(element),
        Number(element, "size") / BitsPerByte,
        [.. element.Attribute("members")!.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id =>
            _elements[id]).Where(e => e.Name == "Field").Select(ReadField)],
        CommentOf(element));

    private ApiField ReadField(XElement element)
    {
        string type = element.Attribute("type")!.Value;
        return new ApiField(
            NameOf(element), ReadType(type), Number(element, "offset") / BitsPerByte, SizeOf(type), CommentOf(element));
    }

    private ApiEnum ReadEnum(XElement element) => new(
        NameOf(element),
        [.. element.Elements("EnumValue").Select(v => new ApiEnumValue(NameOf(v), long.Parse(
            v.Attribute("init")!.Value, CultureInfo.InvariantCulture), EnumValueComment(element, NameOf(v))))],
        CommentOf(element));

    private ApiType ReadType(string id)
    {
        XElement element = _elements[id];
        switch (element.Name.LocalName)
        {
            case "PointerType":
                ApiType target = ReadType(element.Attribute("type")!.Value);
                return target with { Pointers = target.Pointers + 1 };
            case "ArrayType":
                return ReadType(element.Attribute("type")!.Value) with { ArrayLength = Number(element, "max") + 1 };
            case "CvQualifiedType":
            case "ElaboratedType":
                return ReadType(element.Attribute("type")!.Value);
            case "Typedef" or "Struct" or "Enumeration" or "FundamentalType":
                return new ApiType(NameOf(element), 0);
            default:
                throw new GeneratorException(
                    $"a public header uses a type the generator does not know: {element.Name}");
        }
    }

    private int SizeOf(string id)
    {
        XElement element = _elements[id];
        if (element.Attribute("size") != null) return Number(element, "size") / BitsPerByte;
        int size = SizeOf(element.Attribute("type")!.Value);
        return element.Name == "ArrayType" ? size * (Number(element, "max") + 1) : size;
    }

    private HeaderComment CommentOf(XElement element)
    {
        string? id = element.Attribute("comment")?.Value;
        if (id == null) return HeaderComment.None;
        XElement comment = _comments[id];
        byte[] source = SourceOf(FileOf(comment));
        int begin = Number(comment, "begin_offset");
        return HeaderComment.Parse(Encoding.UTF8.GetString(source, begin, Number(comment, "end_offset") - begin + 1));
    }

    /// <summary>CastXML attaches no comments to enum values, so they are taken from the line that names the
    /// value.</summary>
    private HeaderComment EnumValueComment(XElement enumeration, string name)
    {
        string[] lines = Encoding.UTF8.GetString(SourceOf(FileOf(enumeration))).Split('\n');
        for (int i = LineOf(enumeration); i < lines.Length; i++)
        {
            if (!lines[i].TrimStart().StartsWith(name + " ", StringComparison.Ordinal)) continue;
            int begin = lines[i].IndexOf("/**<", StringComparison.Ordinal);
            if (begin < 0) return HeaderComment.None;
            string comment = lines[i][begin..];
            while (!comment.Contains("*/", StringComparison.Ordinal)) comment += "\n" + lines[++i];
            return HeaderComment.Parse(comment);
        }
        throw new GeneratorException($"{name} is not at the start of any line of its header");
    }

    private byte[] SourceOf(string file)
    {
        if (!_sources.TryGetValue(file, out byte[]? source)) _sources[file] = source = File.ReadAllBytes(file);
        return source;
    }

    private static string NameOf(XElement element) => element.Attribute("name")!.Value;

    private static int Number(XElement element, string attribute) =>
        int.Parse(element.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);
}
