using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using LlmBridge.Interop;

namespace LlmBridge.InteropTests;

/// <summary>LlmError: one account of a failure, the same in C, C# and JSON.</summary>
[TestClass]
public sealed class LlmErrorTests
{
    [TestMethod]
    [DataRow((int)LlmExitKind.None)]
    [DataRow((int)LlmExitKind.Code)]
    [DataRow((int)LlmExitKind.Signal)]
    [DataRow((int)LlmExitKind.Unknown)]
    public void ToJson_SaysWhatTheLibrarysOwnJsonSays(int exitKind)
    {
        var native = new NativeError
        {
            struct_size = (uint)Unsafe.SizeOf<NativeError>(),
            status = LlmStatus.EngineCrashed,
            os_code = 2,
            exit_kind = exitKind,
            exit_value = 11,
            phase = (uint)LlmPhase.Generate,
            retry_safe = 1,
            attempts = 2,
            elapsed_ms = 812.44,
        };
        Fill(ref Unsafe.As<Bytes512, byte>(ref native.message), "ein \"Grüß\" und\ttab \\ 🌍");
        Fill(ref Unsafe.As<Bytes32, byte>(ref native.engine), "llama");
        Fill(ref Unsafe.As<Bytes2048, byte>(ref native.engine_log), "line 1\nline 2");
        LlmException exception =
            Assert.ThrowsExactly<LlmException>(() => NativeStatus.ThrowIfFailed(LlmStatus.EngineCrashed, native));
        using JsonDocument ours = JsonDocument.Parse(exception.Error.ToJson());
        using JsonDocument theirs = JsonDocument.Parse(LibrarysJson(native));
        Assert.IsTrue(
            JsonElement.DeepEquals(theirs.RootElement, ours.RootElement), $"{theirs.RootElement}\n{ours.RootElement}");
    }

    [TestMethod]
    public void Names_AreThoseOfTheLibrary()
    {
        foreach (LlmStatus status in Enum.GetValues<LlmStatus>())
        {
            Assert.AreEqual(Name("llmb_status_name", (int)status), status.Name());
        }
        foreach (LlmPhase phase in Enum.GetValues<LlmPhase>())
        {
            Assert.AreEqual(Name("llmb_phase_name", (int)phase), phase.Name());
        }
        foreach (LlmFinishReason reason in Enum.GetValues<LlmFinishReason>())
        {
            Assert.AreEqual(Name("llmb_finish_reason_name", (int)reason), reason.Name());
        }
    }

    private static void Fill(ref byte field, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        bytes.CopyTo(MemoryMarshal.CreateSpan(ref field, bytes.Length));
    }

    private delegate int ErrorToJson(nint error, out nint json);

    private delegate nint NameOf(int value);

    private delegate void Free(nint pointer);

    private static string LibrarysJson(NativeError error)
    {
        byte[] bytes = MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref error, 1)).ToArray();
        GCHandle pinned = GCHandle.Alloc(bytes, GCHandleType.Pinned);
        try
        {
            Assert.AreEqual(0, Function<ErrorToJson>("llmb_error_to_json")(pinned.AddrOfPinnedObject(), out nint json));
            string text = Marshal.PtrToStringUTF8(json)!;
            Function<Free>("llmb_free")(json);
            return text;
        }
        finally
        {
            pinned.Free();
        }
    }

    private static string Name(string function, int value) =>
        Marshal.PtrToStringUTF8(Function<NameOf>(function)(value))!;

    private static T Function<T>(string name)
        where T : Delegate => Marshal.GetDelegateForFunctionPointer<T>(
            NativeLibrary.GetExport(NativeLibrary.Load(Repository.Library), name));
}
