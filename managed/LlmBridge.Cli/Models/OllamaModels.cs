using System.Text.Json;

namespace LlmBridge.Cli;

/// <summary>Ollama's models: manifests/REGISTRY/NAMESPACE/MODEL/TAG names a file of blobs/ by its digest.</summary>
internal static class OllamaModels
{
    private const string ModelLayer = "application/vnd.ollama.image.model";
    private const string DigestPrefix = "sha256:";
    private const int DigestLength = 64;
    private const int ManifestBytesMax = 1 << 20;
    private const int ManifestsMax = 10_000;
    private const int Depth = 4;
    private const string DefaultNamespace = "library";
    private const string DefaultRegistry = "registry.ollama.ai";

    public static IEnumerable<FoundModel> Find(string folder)
    {
        string manifests = Path.Combine(folder, "manifests");
        if (!Directory.Exists(manifests)) yield break;
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            MaxRecursionDepth = Depth,
            IgnoreInaccessible = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
        };
        foreach (string manifest in Directory.EnumerateFiles(manifests, "*", options).Take(ManifestsMax))
        {
            string[] parts = Path.GetRelativePath(manifests, manifest).Split('/');
            if (parts.Length != Depth || DigestOf(manifest) is not { } digest) continue;
            string blob = Path.Combine(folder, "blobs", "sha256-" + digest);
            if (File.Exists(blob)) yield return new FoundModel(NameOf(parts), "Ollama", blob);
        }
    }

    /// <summary>As Ollama itself abbreviates it.</summary>
    private static string NameOf(string[] parts)
    {
        string name = $"{parts[2]}:{parts[3]}";
        if (parts[1] != DefaultNamespace) name = $"{parts[1]}/{name}";
        return parts[0] == DefaultRegistry ? name : $"{parts[0]}/{name}";
    }

    /// <summary>The model's digest, which is to become a file's name: 64 hexadecimal digits and nothing else.</summary>
    private static string? DigestOf(string manifest)
    {
        try
        {
            var file = new FileInfo(manifest);
            if (file.Length is 0 or > ManifestBytesMax) return null; // a pipe has no length, and no end
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(manifest));
            foreach (JsonElement layer in json.RootElement.GetProperty("layers").EnumerateArray())
            {
                if (layer.GetProperty("mediaType").GetString() != ModelLayer) continue;
                string digest = layer.GetProperty("digest").GetString() ?? "";
                bool isDigest = digest.StartsWith(DigestPrefix, StringComparison.Ordinal)
                    && digest.Length == DigestPrefix.Length + DigestLength
                    && digest[DigestPrefix.Length..].All(char.IsAsciiHexDigitLower);
                return isDigest ? digest[DigestPrefix.Length..] : null;
            }
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException
            or KeyNotFoundException or InvalidOperationException)
        {
            return null; // no manifest
        }
    }
}
