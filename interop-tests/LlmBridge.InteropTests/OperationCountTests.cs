namespace LlmBridge.InteropTests;

/// <summary>What a disposal waits for, and whom it refuses.</summary>
[TestClass]
public sealed class OperationCountTests
{
    [TestMethod]
    public void CloseAsync_WithNobodyInside_EndsAtOnce()
    {
        var count = new OperationCount();
        Assert.IsFalse(count.IsClosing);
        Assert.IsTrue(count.CloseAsync().IsCompletedSuccessfully);
        Assert.IsTrue(count.IsClosing);
    }

    [TestMethod]
    public void CloseAsync_EndsWithTheLastToLeave()
    {
        var count = new OperationCount();
        count.Enter(this);
        count.Enter(this);
        Task closed = count.CloseAsync();
        Assert.IsFalse(closed.IsCompleted);
        count.Exit();
        Assert.IsFalse(closed.IsCompleted);
        count.Exit();
        Assert.IsTrue(closed.IsCompletedSuccessfully);
    }

    [TestMethod]
    public void Enter_OfAClosingClient_IsRefusedAndKeepsNobodyWaiting()
    {
        var count = new OperationCount();
        count.Enter(this);
        Task closed = count.CloseAsync();
        ObjectDisposedException refusal = Assert.ThrowsExactly<ObjectDisposedException>(() => count.Enter(this));
        Assert.AreEqual(typeof(OperationCountTests).FullName, refusal.ObjectName);
        Assert.IsFalse(closed.IsCompleted);
        count.Exit();
        Assert.IsTrue(closed.IsCompletedSuccessfully);
    }
}
