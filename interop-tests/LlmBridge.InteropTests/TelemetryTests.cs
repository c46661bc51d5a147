using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace LlmBridge.InteropTests;

/// <summary>What those who listen are told of calls: measurements, spans, the log; by OpenTelemetry's names.</summary>
[TestClass]
public sealed class TelemetryTests : BridgeTest
{
    private const string Secret = "canary-7f3a";

    [TestMethod]
    public void WhereNobodyListens_NothingIsMeasured()
    {
        Assert.IsFalse(CallInstruments.AreWatched);
        using (new Measurements()) Assert.IsTrue(CallInstruments.AreWatched);
        using (new Spans()) Assert.IsTrue(CallInstruments.AreWatched);
        Assert.IsFalse(CallInstruments.AreWatched);
    }

    [TestMethod]
    public async Task Ask_IsMeasuredByTheConventionsNames()
    {
        using var measurements = new Measurements();
        await using LlmClient client = await OpenFakeAsync();
        LlmReply reply = await client.AskAsync("hi", null, Watchdog);
        Measured duration = measurements.Of("gen_ai.client.operation.duration").Single();
        Assert.AreEqual("s", duration.Unit);
        Assert.AreEqual("chat", duration.Tags["gen_ai.operation.name"]);
        Assert.AreEqual("llmbridge", duration.Tags["gen_ai.provider.name"]);
        Assert.IsFalse(duration.Tags.ContainsKey("error.type"));
        Assert.IsGreaterThan(0, duration.Value);
        Assert.HasCount(1, measurements.Of("gen_ai.server.time_to_first_token"));
        IReadOnlyList<Measured> tokens = measurements.Of("gen_ai.client.token.usage");
        Assert.AreEqual(reply.Usage.PromptTokens, tokens.Single(t => t.Tags["gen_ai.token.type"] is "input").Value);
        Assert.AreEqual(
            reply.Usage.CompletionTokens, tokens.Single(t => t.Tags["gen_ai.token.type"] is "output").Value);
    }

    [TestMethod]
    public async Task AskThatFails_IsMeasuredWithItsErrorType()
    {
        using var measurements = new Measurements();
        await using LlmClient client = await OpenFakeAsync("signal 11@accept", new BridgeOptions { Retries = 0 });
        await FailsAsync(LlmStatus.EngineCrashed, () => client.AskAsync("hi", null, Watchdog));
        Assert.AreEqual(
            "engine_crashed", measurements.Of("gen_ai.client.operation.duration").Single().Tags["error.type"]);
        Assert.IsEmpty(measurements.Of("gen_ai.client.token.usage"));
        Assert.AreEqual(
            1, measurements.Of("llmbridge.engines.ended").Single(m => m.Tags["llmbridge.cause"] is "crashed").Value);
        Assert.AreEqual("engine_crashed", measurements.Of("llmbridge.calls.ended").Single().Tags["llmbridge.status"]);
    }

    [TestMethod]
    public async Task EachClient_IsMeasuredOnItsOwn_AndNoLongerOnceDisposed()
    {
        using var measurements = new Measurements();
        await using LlmClient busy = await OpenFakeAsync();
        await busy.AskAsync("hi", null, Watchdog);
        LlmClient idle = await OpenFakeAsync();
        CollectionAssert.AreEquivalent(
            new double[] { 1, 0 }, measurements.Of("llmbridge.calls.started").Select(m => m.Value).ToArray());
        Assert.AreEqual(
            2, measurements.Of("llmbridge.calls.started").Select(m => m.Tags["llmbridge.client"]).Distinct().Count());
        Assert.AreEqual(1, measurements.Of("llmbridge.workers").Where(m =>
            m.Tags["llmbridge.worker.state"] is "ready").Sum(m => m.Value));
        await idle.DisposeAsync();
        Assert.AreEqual(1, measurements.Of("llmbridge.calls.started").Single().Value);
    }

    [TestMethod]
    public async Task Ask_IsASpanWithRequestAndOutcome()
    {
        using var spans = new Spans();
        await using LlmClient client = await OpenFakeAsync();
        LlmReply reply = await client.AskAsync("hi", new CallOptions { Timeout = TimeSpan.FromSeconds(30) }, Watchdog);
        Activity span = spans.Ended.Single();
        Assert.AreEqual("chat", span.DisplayName);
        Assert.AreEqual(ActivityKind.Client, span.Kind);
        Assert.AreEqual("llmbridge", span.GetTagItem("gen_ai.provider.name"));
        Assert.AreEqual(reply.Usage.PromptTokens, span.GetTagItem("gen_ai.usage.input_tokens"));
        Assert.AreEqual(reply.Usage.CompletionTokens, span.GetTagItem("gen_ai.usage.output_tokens"));
        CollectionAssert.AreEqual(new[] { "stop" }, (string[])span.GetTagItem("gen_ai.response.finish_reasons")!);
        Assert.AreEqual("fake", span.GetTagItem("llmbridge.engine"));
        Assert.AreEqual(1, span.GetTagItem("llmbridge.attempts"));
        Assert.AreEqual(ActivityStatusCode.Unset, span.Status);
    }

    [TestMethod]
    public async Task AskOfAModel_NamesItAndItsSettings()
    {
        TestModel.RequireLlama();
        using var spans = new Spans();
        await using LlmClient client = await LlmClient.OpenAsync(
            new BridgeOptions { Model = TestModel.Make("chain"), Calls = new CallOptions { Temperature = 0.5 } });
        await client.AskAsync(
            "hi", new CallOptions { MaxOutputTokens = 4, Seed = 7, PromptFormat = LlmPromptFormat.Raw }, Watchdog);
        Activity span = spans.Ended.Single();
        Assert.AreEqual("text_completion chain", span.DisplayName);
        Assert.AreEqual("text_completion", span.GetTagItem("gen_ai.operation.name"));
        Assert.AreEqual("chain", span.GetTagItem("gen_ai.request.model"));
        Assert.AreEqual(4L, span.GetTagItem("gen_ai.request.max_tokens"));
        Assert.AreEqual(7L, span.GetTagItem("gen_ai.request.seed"));
        Assert.AreEqual(0.5, span.GetTagItem("gen_ai.request.temperature"));
        CollectionAssert.AreEqual(new[] { "length" }, (string[])span.GetTagItem("gen_ai.response.finish_reasons")!);
    }

    [TestMethod]
    public async Task Stream_IsASpanToItsEnd_AndCancelledWhereItIsLeft()
    {
        using var spans = new Spans();
        await using LlmClient client = await OpenFakeAsync("pieces 3 1");
        await foreach (string _ in client.StreamAsync("hi", null, Watchdog)) Assert.IsEmpty(spans.Ended);
        Assert.AreEqual(
            "stop", ((string[])spans.Ended.Single().GetTagItem("gen_ai.response.finish_reasons")!).Single());
        await foreach (string _ in client.StreamAsync("hi", null, Watchdog)) break;
        Assert.AreEqual("cancelled", spans.Ended[1].GetTagItem("error.type"));
        Assert.AreEqual(ActivityStatusCode.Unset, spans.Ended[1].Status); // nothing has failed
    }

    [TestMethod]
    public async Task ACancelledCall_IsASpanWithoutAFault()
    {
        using var spans = new Spans();
        await using LlmClient client =
            await OpenFakeAsync("hang", new BridgeOptions { Grace = TimeSpan.FromMilliseconds(100) });
        await client.StartAsync(Watchdog);
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAsync<OperationCanceledException>(() => client.AskAsync("hi", null, source.Token));
        await Assert.ThrowsAsync<OperationCanceledException>(() => client.EmbedAsync("hi", null, source.Token));
        foreach (Activity span in spans.Ended)
        {
            Assert.AreEqual("cancelled", span.GetTagItem("error.type"));
            Assert.AreEqual(ActivityStatusCode.Unset, span.Status);
        }
    }

    [TestMethod]
    public async Task Embed_IsASpanOfItsOwnKind()
    {
        using var spans = new Spans();
        await using LlmClient client = await OpenFakeAsync();
        await client.EmbedAsync("hi", null, Watchdog);
        Activity span = spans.Ended.Single();
        Assert.AreEqual("embeddings", span.DisplayName);
        Assert.IsNull(span.GetTagItem("gen_ai.usage.output_tokens"));
    }

    [TestMethod]
    public async Task Invoke_IsASpanThatNamesTheMethod_AndCostsNoTokens()
    {
        using var spans = new Spans();
        using var measurements = new Measurements();
        await using LlmClient client = await InvokeTests.OpenAsync();
        await client.InvokeAsync("remember", $$"""{"note": "{{Secret}}"}""", cancellationToken: Watchdog);
        Activity span = spans.Ended.Single();
        Assert.AreEqual("invoke remember", span.DisplayName);
        Assert.AreEqual("remember", span.GetTagItem("rpc.method"));
        Assert.AreEqual("jsonrpc", span.GetTagItem("llmbridge.engine"));
        Assert.AreEqual(ActivityStatusCode.Unset, span.Status);
        Assert.AreEqual(
            "invoke", measurements.Of("gen_ai.client.operation.duration").Single().Tags["gen_ai.operation.name"]);
        Assert.IsEmpty(measurements.Of("gen_ai.client.token.usage"));
        StringAssert.DoesNotMatch(spans.Everything + measurements.Everything, new(Secret));
    }

    [TestMethod]
    public async Task InvokeThatFails_IsAFailedSpan()
    {
        using var spans = new Spans();
        await using LlmClient client = await InvokeTests.OpenAsync();
        await FailsAsync(LlmStatus.EngineError, () => client.InvokeAsync("forget", cancellationToken: Watchdog));
        Assert.AreEqual("engine_error", spans.Ended.Single().GetTagItem("error.type"));
    }

    [TestMethod]
    public async Task AskThatFails_IsAFailedSpan_UnderItsCallersSpan()
    {
        using var spans = new Spans();
        await using LlmClient client = await OpenFakeAsync("signal 11@accept", new BridgeOptions { Retries = 0 });
        using var caller = new Activity("caller");
        caller.Start();
        await FailsAsync(LlmStatus.EngineCrashed, () => client.AskAsync("hi", null, Watchdog));
        Activity span = spans.Ended.Single();
        Assert.AreEqual(ActivityStatusCode.Error, span.Status);
        Assert.AreEqual("engine_crashed", span.GetTagItem("error.type"));
        Assert.AreEqual(caller.SpanId, span.ParentSpanId);
        Assert.AreSame(caller, Activity.Current);
    }

    [TestMethod]
    public async Task Log_GetsACrashWithItsCause_Once()
    {
        using var log = new RecordingLog();
        await using LlmClient client =
            await OpenFakeAsync("signal 11@accept", new BridgeOptions { Retries = 0 }, log);
        await FailsAsync(LlmStatus.EngineCrashed, () => client.AskAsync("hi", null, Watchdog));
        LogEntry crash = log.Entries.Single(e => e.Id == (int)LlmEventKind.EngineFailed);
        Assert.AreEqual(LogLevel.Error, crash.Level);
        Assert.AreEqual("LlmBridge", crash.Category);
        StringAssert.Contains(crash.Message, "signal 11");
        StringAssert.Contains(crash.Message, "engine_crashed");
        Assert.AreEqual(LogLevel.Warning, log.Entries.Single(e => e.Id == (int)LlmEventKind.CallFailed).Level);
        Assert.AreEqual(LogLevel.Information, log.Entries.Single(e => e.Id == (int)LlmEventKind.EngineReady).Level);
    }

    [TestMethod]
    public async Task Log_GetsTheDeathOfAnIdleEngine_WithTheNextCall()
    {
        using var log = new RecordingLog();
        await using LlmClient client = await OpenFakeAsync(null, null, log);
        long engine = await StartEngineAsync(client);
        Processes.Signal(engine, Processes.SignalKill);
        Processes.WaitUntilGone(engine);
        await client.AskAsync("hi", null, Watchdog);
        StringAssert.Contains(log.Entries.Single(e => e.Id == (int)LlmEventKind.EngineFailed).Message, "signal 9");
    }

    [TestMethod]
    public async Task NobodyIsToldOfPromptsAndAnswers()
    {
        using var spans = new Spans();
        using var measurements = new Measurements();
        using var log = new RecordingLog();
        var options = new BridgeOptions { Retries = 0 };
        await using (LlmClient client = await OpenFakeAsync(null, options, log))
        {
            StringAssert.Contains((await client.AskAsync(Secret, null, Watchdog)).Text, Secret);
            await foreach (string _ in client.StreamAsync(Secret, null, Watchdog)) { }
            await client.EmbedAsync(Secret, null, Watchdog);
            StringAssert.DoesNotMatch(measurements.Everything, new(Secret));
        }
        await using (LlmClient client = await OpenFakeAsync("signal 11@accept", options, log))
        {
            await FailsAsync(LlmStatus.EngineCrashed, () => client.AskAsync(Secret, null, Watchdog));
            StringAssert.DoesNotMatch(measurements.Everything, new(Secret));
        }
        StringAssert.DoesNotMatch(spans.Everything, new(Secret));
        StringAssert.DoesNotMatch(log.Everything, new(Secret));
        Assert.HasCount(4, spans.Ended);
        Assert.IsNotEmpty(log.Entries);
    }
}
