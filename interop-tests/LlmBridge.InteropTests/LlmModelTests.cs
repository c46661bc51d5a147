namespace LlmBridge.InteropTests;

/// <summary>LlmModel.Inspect: what a model file holds, without an engine.</summary>
[TestClass]
public sealed class LlmModelTests
{
    [TestMethod]
    public void Inspect_SaysWhatTheFileHolds()
    {
        LlmModel model = LlmModel.Inspect(
            TestModel.Make("random", "--arch", "qwen2", "--layers", "3", "--type", "q8_0", "--context", "768"));
        Assert.AreEqual("qwen2", model.Architecture);
        Assert.AreEqual(3, model.BlockCount);
        Assert.AreEqual(768, model.ContextLength);
        Assert.AreEqual("Q8_0", model.Quantisation, ignoreCase: true);
        Assert.IsGreaterThan(0L, model.Parameters!.Value);
        Assert.IsGreaterThan(0L, model.FileBytes!.Value);
        Assert.IsGreaterThan(0L, model.Vocabulary!.Value);
        Assert.Contains("metadata", model.Json);
    }

    [TestMethod]
    public void Inspect_OfNoFile_IsNotFound() =>
        Assert.AreEqual(LlmStatus.NotFound,
            Assert.ThrowsExactly<LlmException>(() => LlmModel.Inspect("/nonexistent/model.gguf")).Error.Status);

    [TestMethod]
    public void Inspect_OfADamagedFile_SaysWhatIsWrong()
    {
        byte[] whole = File.ReadAllBytes(TestModel.Make("chain"));
        LlmException failure = Assert.ThrowsExactly<LlmException>(
            () => LlmModel.Inspect(TestModel.Fake("cut.gguf", whole[..(whole.Length / 2)])));
        Assert.AreEqual(LlmStatus.ModelInvalid, failure.Error.Status);
        Assert.AreNotEqual("", failure.Error.Message);
    }
}
