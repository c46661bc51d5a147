using System.Reflection;

namespace LlmBridge.InteropTests;

/// <summary>What applications are written against moves on purpose only: abi/dotnet-api.txt has it, and CHANGELOG.md
/// says what moved. LLMB_API_UPDATE=1 writes it anew.</summary>
[TestClass]
public sealed class PublicApiTests
{
    private static string File => Repository.At("abi/dotnet-api.txt");

    [TestMethod]
    public void PublicApi_IsWhatIsWrittenDown()
    {
        Assembly[] assemblies =
        [
            typeof(LlmException).Assembly, typeof(LlmClient).Assembly, typeof(LlmClientExtensions).Assembly,
        ];
        string[] api = [.. assemblies.SelectMany(a => PublicApi.Of(a).Prepend($"# {a.GetName().Name}"))];
        if (Environment.GetEnvironmentVariable("LLMB_API_UPDATE") == "1")
        {
            System.IO.File.WriteAllText(File, string.Join('\n', api) + "\n");
        }
        string[] written = System.IO.File.ReadAllLines(File);
        IEnumerable<string> gone = written.Except(api).Select(line => "gone: " + line);
        Assert.IsEmpty(
            gone.Concat(api.Except(written).Select(line => "new: " + line)),
            "the public API is not abi/dotnet-api.txt's; LLMB_API_UPDATE=1 writes it anew, CHANGELOG.md says why");
    }
}
