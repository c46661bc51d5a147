using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Security.Cryptography;

namespace LlmBridge.TestModels.Packages;

/// <summary>A file that an assembly embeds, read without loading the assembly.</summary>
internal static class EmbeddedFile
{
    /// <summary>
    /// Reads a resource by its name, and throws <see cref="InvalidDataException"/> unless it has the SHA-256.
    /// </summary>
    internal static byte[] Read(string assembly, string name, string sha256)
    {
        using var image = new PEReader(File.OpenRead(assembly));
        byte[] content = Find(image, name) ?? throw new InvalidDataException($"{assembly}: it embeds no {name}");
        string found = Convert.ToHexStringLower(SHA256.HashData(content));
        return found == sha256 ? content
            : throw new InvalidDataException($"{assembly}: {name} has the SHA-256 {found}, expected {sha256}");
    }

    private static byte[]? Find(PEReader image, string name)
    {
        MetadataReader metadata = image.GetMetadataReader();
        int start = image.PEHeaders.CorHeader!.ResourcesDirectory.RelativeVirtualAddress;
        foreach (ManifestResourceHandle handle in metadata.ManifestResources)
        {
            ManifestResource resource = metadata.GetManifestResource(handle);
            if (resource.Implementation.IsNil && metadata.GetString(resource.Name) == name)
            {
                PEMemoryBlock resources = image.GetSectionData(start);
                int offset = checked((int)resource.Offset);
                int size = resources.GetReader(offset, sizeof(int)).ReadInt32();
                return [.. resources.GetContent(offset + sizeof(int), size)];
            }
        }

        return null;
    }
}
