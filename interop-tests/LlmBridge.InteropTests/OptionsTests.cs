using System.Globalization;

namespace LlmBridge.InteropTests;

/// <summary>BridgeOptions and CallOptions: what is allowed is decided by the library, and said by name.</summary>
[TestClass]
public sealed class OptionsTests : BridgeTest
{
    [TestMethod]
    [DataRow("frobnicate", "1")]
    [DataRow("workers", "many")]
    [DataRow("workers", "100000")]
    [DataRow("engine", "abacus")]
    [DataRow("timeout_ms", "-1")]
    [DataRow("temperature", "warm")]
    public async Task Open_WithASettingThatIsWrong_NamesIt(string name, string value)
    {
        var options = new BridgeOptions { Settings = new Dictionary<string, string> { [name] = value } };
        LlmException failure = await FailsAsync(LlmStatus.InvalidArgument, () => LlmClient.OpenAsync(options));
        StringAssert.Contains(failure.Error.Message, name);
        Assert.AreEqual(LlmPhase.Configure, failure.Error.Phase);
    }

    [TestMethod]
    public async Task Ask_WithACallSettingOutOfRange_IsInvalidArgument()
    {
        await using LlmClient client = await OpenFakeAsync();
        LlmException failure = await FailsAsync(
            LlmStatus.InvalidArgument, () => client.AskAsync("hi", new CallOptions { MaxOutputTokens = 0 }, Watchdog));
        StringAssert.Contains(failure.Error.Message, "max_tokens");
        StringAssert.Contains(failure.Error.Message, "MaxOutputTokens");
    }

    [TestMethod]
    public async Task Ask_WithANulInASetting_IsInvalidArgument()
    {
        await using LlmClient client = await OpenFakeAsync();
        await IsRefusedAsync(() => client.AskAsync("hi", new CallOptions { Instructions = "a\0b" }, Watchdog));
    }

    [TestMethod]
    public async Task Open_OfServersWithoutAnAddress_SaysThatItIsWanted()
    {
        var options = new BridgeOptions { Engine = LlmEngine.Http };
        LlmException failure = await Assert.ThrowsAsync<LlmException>(() => LlmClient.OpenAsync(options));
        StringAssert.Contains(failure.Message, "url");
    }

    [TestMethod]
    public async Task Calls_InTheBridgesOptions_AreDefaultsOfEachCall()
    {
        await using LlmClient client =
            await OpenFakeAsync("flood 5000", new BridgeOptions { Calls = new CallOptions { OutputBytes = 1000 } });
        await FailsAsync(LlmStatus.OutputTooLarge, () => client.AskAsync("hi", null, Watchdog));
        Assert.IsGreaterThanOrEqualTo(
            5000, (await client.AskAsync("hi", new CallOptions { OutputBytes = 10000 }, Watchdog)).Text.Length);
    }

    /// <summary>In a culture that writes a comma for the point.</summary>
    [TestMethod]
    public async Task Numbers_AreWrittenAsTheLibraryReadsThem_WhateverTheCulture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        CultureInfo.CurrentCulture = culture;
        try
        {
            await using LlmClient client = await OpenFakeAsync();
            var options = new CallOptions
            {
                Temperature = 0.25,
                TopP = 0.5,
                RepeatPenalty = 1.125,
                Seed = 7,
                Timeout = TimeSpan.FromSeconds(20),
            };
            Assert.AreEqual("hi", (await client.AskAsync("hi", options, Watchdog)).Text);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [TestMethod]
    public async Task EverySettingOfTheOptions_IsOneTheLibraryKnows()
    {
        var call = new CallOptions
        {
            Timeout = TimeSpan.FromSeconds(20),
            QueueTimeout = TimeSpan.FromSeconds(19),
            FirstTokenTimeout = TimeSpan.FromSeconds(18),
            StallTimeout = TimeSpan.FromSeconds(17),
            Grace = TimeSpan.FromSeconds(1),
            OutputBytes = 1000,
            MaxOutputTokens = 5,
            Temperature = 0.5,
            TopK = 3,
            TopP = 0.5,
            MinP = 0.25,
            RepeatPenalty = 1.5,
            PresencePenalty = -0.5,
            FrequencyPenalty = 0.25,
            LogitBias = """{"5":-100}""",
            MinTokens = 1,
            Seed = 7,
            StopSequences = ["one", "\"two\""],
            PromptFormat = LlmPromptFormat.Raw,
            Instructions = "Be brief.",
            Expect = LlmExpect.Text,
        };
        await using LlmClient client =
            await OpenFakeAsync(null, new BridgeOptions { Workers = 1, Slots = 2, Queue = 3, Calls = call });
        Assert.AreEqual("hi", (await client.AskAsync("hi", call, Watchdog)).Text);
    }
}
