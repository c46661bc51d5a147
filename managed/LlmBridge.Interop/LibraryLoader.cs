using System.Runtime.InteropServices;

namespace LlmBridge.Interop;

/// <summary>Finds and loads the native library once per process, and refuses one of another ABI.</summary>
internal static unsafe class LibraryLoader
{
    /// <summary>The ABI these signatures were made for.</summary>
    public const uint AbiVersion = 1;

    private const string Variable = "LLMBRIDGE_LIBRARY";

    /// <summary>What a build of this repository writes beside an application, and no package has: the path of the
    /// library that was built with it.</summary>
    private const string BuiltWith = "LlmBridge.Interop.library";

    private static readonly Lazy<LoadedLibrary> s_library = new(Load);

    /// <summary>Throws what a person needs to mend the matter; cheap when all is well.</summary>
    public static void EnsureLoaded() => _ = s_library.Value;

    /// <summary>The library in use.</summary>
    public static LoadedLibrary Current => s_library.Value;

    private static string FileName => OperatingSystem.IsWindows()
        ? "llmbridge.dll"
        : OperatingSystem.IsMacOS() ? "libllmbridge.dylib" : "libllmbridge.so";

    private static LoadedLibrary Load()
    {
        var tried = new List<string>();
        foreach (string candidate in Candidates())
        {
            if (!NativeLibrary.TryLoad(
                candidate, typeof(LibraryLoader).Assembly, DllImportSearchPath.SafeDirectories, out nint handle))
            {
                tried.Add(File.Exists(candidate) ? candidate + " (there, but cannot be loaded)" : candidate);
                continue;
            }
            CheckAbi(candidate, handle);
            NativeLibrary.SetDllImportResolver(
                typeof(LibraryLoader).Assembly, (name, _, _) => name == NativeMethods.Library ? handle : 0);
            return new LoadedLibrary(candidate, Utf8.Text(NativeMethods.llmb_version()), AbiVersion);
        }
        NativeStatus.Throw(
            LlmStatus.NotFound,
            LlmPhase.Configure,
            $"{FileName} was not found. Tried: {string.Join(", ", tried)}. "
            + $"Build it with `dotnet build Bridge.sln`, or set {Variable} to the file.");
        return null;
    }

    private static List<string> Candidates()
    {
        // An explicit choice is never quietly replaced by another file.
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen) return [chosen];
        string app = AppContext.BaseDirectory;
        var candidates = new List<string>
        {
            Path.Combine(app, FileName),
            Path.Combine(app, "runtimes", $"{OsName()}-{RuntimeInformation.ProcessArchitecture}".ToLowerInvariant(),
                "native", FileName),
        };
        // Folders above the application's are not looked at: they may be others'.
        string builtWith = Path.Combine(app, BuiltWith);
        if (File.Exists(builtWith)) candidates.Add(File.ReadAllText(builtWith).Trim());
        candidates.Add(OperatingSystem.IsLinux() ? FileName + "." + AbiVersion : FileName); // by the system's loader
        return candidates;
    }

    private static string OsName() => OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";

    private static void CheckAbi(string path, nint handle)
    {
        uint abi = NativeLibrary.TryGetExport(handle, "llmb_abi_version", out nint function)
            ? ((delegate* unmanaged<uint>)function)()
            : 0;
        if (abi == AbiVersion) return;
        NativeStatus.Throw(
            LlmStatus.ProtocolError,
            LlmPhase.Configure,
            $"{path} has ABI {abi}, this build of LlmBridge needs {AbiVersion}: "
            + "use the library and the package of one version.");
    }
}

/// <summary>The library in use: where it was found and what it says of itself.</summary>
internal sealed record LoadedLibrary(string Path, string Version, uint AbiVersion);
