using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace LlmBridge.Interop;

/// <summary>Finds and loads the native library once per process, and refuses one of another ABI.</summary>
internal static unsafe class LibraryLoader
{
    /// <summary>The ABI these signatures were made for.</summary>
    public const uint AbiVersion = 1;

    private const string Variable = "LLMBRIDGE_LIBRARY";

    /// <summary>The runtime that the package has native files for.</summary>
    private const string PackagedRuntime = "linux-x64";

    /// <summary>What a build of this repository writes beside an application, and no package has: the path of the
    /// library that was built with it.</summary>
    private const string BuiltWith = "LlmBridge.Interop.library";

    private static readonly Lazy<LoadedLibrary> s_library = new(Load);

    /// <summary>Throws what a person needs to mend the matter; cheap when all is well.</summary>
    public static void EnsureLoaded() => _ = s_library.Value;

    /// <summary>The library in use.</summary>
    public static LoadedLibrary Current => s_library.Value;

    /// <summary>The demonstration model where the library cannot see it: a single file's libraries are unpacked into a
    /// folder of theirs, where the system's loader finds them, and the model stays beside the application. Null
    /// elsewhere.</summary>
    public static string? LooseDemonstration()
    {
        string beside = Path.Combine(AppContext.BaseDirectory, "demo.gguf");
        return !Path.IsPathRooted(Current.Path) && File.Exists(beside) ? beside : null;
    }

    private static string FileName => OperatingSystem.IsWindows()
        ? "llmbridge.dll"
        : OperatingSystem.IsMacOS() ? "libllmbridge.dylib" : $"libllmbridge.so.{AbiVersion}";

    private static string Chosen => Environment.GetEnvironmentVariable(Variable) ?? "";

    private static LoadedLibrary Load()
    {
        var tried = new List<string>();
        foreach (string candidate in Candidates())
        {
            if (!TryLoad(candidate, out nint handle, out string? reason))
            {
                tried.Add(reason is null ? candidate : $"{candidate} (there, but cannot be loaded: {reason})");
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
            $"{FileName} was not found. Tried: {string.Join(", ", tried)}. {Remedy()}");
        return null;
    }

    /// <param name="candidate">A path, or a name for the system's loader.</param>
    /// <param name="handle">The library.</param>
    /// <param name="reason">Why a file that is there is not loaded; null of any other.</param>
    private static bool TryLoad(string candidate, out nint handle, out string? reason)
    {
        reason = null;
        const DllImportSearchPath folders = DllImportSearchPath.SafeDirectories;
        if (NativeLibrary.TryLoad(candidate, typeof(LibraryLoader).Assembly, folders, out handle)) return true;
        if (!File.Exists(candidate)) return false;
        try
        {
            handle = NativeLibrary.Load(candidate);
            return true;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            // The loader's own words, without the runtime's advice around them.
            reason = e.Message.Split('\n').FirstOrDefault(line => line.Contains(candidate, StringComparison.Ordinal))
                ?? e.Message;
            return false;
        }
    }

    /// <summary>For whoever can do something about it: who named a library, who builds this repository, who chose what
    /// the application is published for, or who left files out.</summary>
    private static string Remedy()
    {
        if (Chosen.Length > 0) return $"{Variable} names it: correct or clear it.";
        if (File.Exists(Path.Combine(AppContext.BaseDirectory, BuiltWith)))
        {
            return $"Build it with `dotnet build Bridge.sln`, or set {Variable} to the file.";
        }
        string here = RuntimeInformation.RuntimeIdentifier;
        return IsPackagedRuntime()
            ? $"It comes with the package LlmBridge, in runtimes/{PackagedRuntime}/native: the application has to be "
                + $"deployed with all files that it was published with. Or set {Variable} to the file."
            : $"The package LlmBridge has native files for {PackagedRuntime} (with glibc) only, and this is {here}. "
                + $"Where llmbridge is built from source for {here}, {Variable} names the library.";
    }

    private static bool IsPackagedRuntime() =>
        OperatingSystem.IsLinux()
        && RuntimeInformation.ProcessArchitecture == Architecture.X64
        && !RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal);

    private static List<string> Candidates()
    {
        // An explicit choice is never quietly replaced by another file.
        if (Chosen.Length > 0) return [Chosen];
        var candidates = new List<string>();
        string app = AppContext.BaseDirectory;
        string assembly = AssemblyFolder();
        foreach (string folder in assembly.Length == 0 || assembly == app ? [app] : new[] { app, assembly })
        {
            candidates.Add(Path.Combine(folder, FileName));
            if (IsPackagedRuntime())
            {
                candidates.Add(Path.Combine(folder, "runtimes", PackagedRuntime, "native", FileName));
            }
        }
        // Folders above the application's are not looked at: they may be others'.
        string builtWith = Path.Combine(app, BuiltWith);
        if (File.Exists(builtWith)) candidates.Add(File.ReadAllText(builtWith).Trim());
        candidates.Add(FileName); // where the runtime unpacks a single file's libraries; then by the system's loader
        return candidates;
    }

    /// <summary>A plug-in's own folder is not its application's; empty in a single file.</summary>
    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "Empty there, and not used then.")]
    private static string AssemblyFolder() =>
        typeof(LibraryLoader).Assembly.Location is { Length: > 0 } location
            ? Path.GetDirectoryName(location) + Path.DirectorySeparatorChar
            : "";

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
