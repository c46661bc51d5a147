namespace LlmBridge.InteropTests;

/// <summary>How long a call is waited for in place: learnt from what came of it.</summary>
[TestClass]
public sealed class InlineWaitTests
{
    private const uint LongestNs = 50_000;

    [TestMethod]
    public void Begin_AtFirst_WaitsForTheWholeTime() => Assert.AreEqual(LongestNs, new InlineWait().Begin());

    [TestMethod]
    public void End_InVain_WaitsForAQuarterAndThenNotAtAll()
    {
        var wait = new InlineWait();
        wait.End(wait.Begin(), paid: false);
        Assert.AreEqual(LongestNs / 4, wait.Begin());
        wait.End(LongestNs / 4, paid: false);
        Assert.AreEqual(0u, wait.Begin());
    }

    [TestMethod]
    [DataRow(16_000u, 4_000u)]
    [DataRow(15_999u, 0u)]
    public void End_InVain_WaitsForWhatIsWorthASystemCall(uint waitedNs, uint expectedNs)
    {
        var wait = new InlineWait();
        wait.End(waitedNs, paid: false);
        Assert.AreEqual(expectedNs, wait.Begin());
    }

    [TestMethod]
    public void End_ThatPaid_WaitsForTwiceAsLong()
    {
        var wait = new InlineWait();
        wait.End(10_000, paid: true);
        Assert.AreEqual(20_000u, wait.Begin());
        wait.End(40_000, paid: true);
        Assert.AreEqual(LongestNs, wait.Begin());
    }

    [TestMethod]
    public void End_OfALookAlone_TeachesNothing()
    {
        var wait = new InlineWait();
        wait.End(0, paid: false);
        Assert.AreEqual(LongestNs, wait.Begin());
    }

    [TestMethod]
    public void Begin_WhereWaitingIsInVain_IsTriedAgainNowAndThen()
    {
        var wait = new InlineWait();
        for (int round = 0; round < 3; round++)
        {
            wait.End(4_000, paid: false);
            for (int i = 0; i < 7; i++) Assert.AreEqual(0u, wait.Begin(), $"round {round}, wait {i}");
            Assert.AreEqual(LongestNs, wait.Begin());
        }
    }
}
