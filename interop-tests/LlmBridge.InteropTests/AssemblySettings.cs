// Each test counts the processes it leaves behind, which is only possible one at a time.
[assembly: DoNotParallelize]

namespace LlmBridge.InteropTests;

[TestClass]
public static class AssemblySettings
{
    [AssemblyCleanup]
    public static void RemoveShared()
    {
        TestModel.RemoveAll();
        PackageFeed.DisposeShared();
    }
}
