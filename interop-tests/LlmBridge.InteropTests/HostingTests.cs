using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LlmBridge.InteropTests;

/// <summary>LlmBridge.Extensions.AI: clients as services of an application.</summary>
[TestClass]
public sealed class HostingTests : BridgeTest
{
    [TestMethod]
    public void Options_AreReadByTheNamesOfPropertiesAndOfSettings()
    {
        using ServiceProvider services = Services(
            ("Engine", "fake"), ("Command:0", "echo"), ("Command:1", "sleep 1"), ("Slots", "3"), ("batching", "off"),
            ("Sandbox", "BestEffort"), ("Timeout", "1.5"), ("StallTimeout", "00:00:20"), ("grace_ms", "250"),
            ("Fallback", "hash, exec"), ("Environment:0", "LANG"), ("Calls:MaxOutputTokens", "7"),
            ("Calls:Temperature", "0.25"), ("Calls:stop:0", "a"),
            ("Settings:queue", "9"));
        BridgeOptions options = services.GetRequiredService<IOptions<BridgeOptions>>().Value;
        Assert.AreEqual(LlmEngine.Fake, options.Engine);
        CollectionAssert.AreEqual(new[] { "echo", "sleep 1" }, options.Command!.ToArray());
        Assert.AreEqual(3, options.Slots);
        Assert.IsFalse(options.Batching);
        Assert.AreEqual(LlmSandbox.BestEffort, options.Sandbox);
        Assert.AreEqual(TimeSpan.FromSeconds(1.5), options.Timeout);
        Assert.AreEqual(TimeSpan.FromSeconds(20), options.StallTimeout);
        Assert.AreEqual(TimeSpan.FromMilliseconds(250), options.Grace);
        CollectionAssert.AreEqual(new[] { LlmEngine.Hash, LlmEngine.Exec }, options.Fallback!.ToArray());
        Assert.AreEqual(7, options.Calls!.MaxOutputTokens);
        Assert.AreEqual(0.25, options.Calls.Temperature);
        Assert.AreEqual("9", options.Settings!["queue"]);
    }

    [TestMethod]
    [DataRow("Tiemout", "30", "Llm:Tiemout", "Timeout")]
    [DataRow("Calls:MaxOutputToken", "30", "Llm:Calls:MaxOutputToken", "MaxOutputTokens")]
    [DataRow("Slots", "many", "Llm:Slots", "whole number")]
    [DataRow("Timeout", "soon", "Llm:Timeout", "seconds")]
    [DataRow("Engine", "abacus", "Llm:Engine", "Llama")]
    [DataRow("Engine", "3", "Llm:Engine", "Llama")]
    [DataRow("Slots", "1000", "Slots", "slots")]
    [DataRow("Settings:frobnicate", "1", "frobnicate", "frobnicate")]
    public async Task AWrongOption_EndsTheStart_AndIsNamed(string key, string value, string place, string hint)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLlmBridge(Section((key, value)));
        using IHost host = builder.Build();
        Exception failure = await Assert.ThrowsAsync<Exception>(() => host.StartAsync(Watchdog));
        Assert.IsTrue(failure is FormatException or OptionsValidationException, failure.ToString());
        Assert.Contains(place, failure.Message);
        Assert.Contains(hint, failure.Message);
    }

    [TestMethod]
    public async Task Services_ShareOneClient_WhichEndsWithTheApplication()
    {
        LlmClient client;
        await using (ServiceProvider services = Services(("Engine", "fake")))
        {
            client = services.GetRequiredService<LlmClient>();
            IChatClient chat = services.GetRequiredService<IChatClient>();
            Assert.AreSame(client, chat.GetService(typeof(LlmClient)));
            Assert.AreEqual("hi", (await client.AskAsync("hi", null, Watchdog)).Text);
            chat.Dispose();
            Assert.HasCount(1, await services.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>()
                .GenerateAsync(["a"], cancellationToken: Watchdog));
        }
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.AskAsync("hi", null, Watchdog));
    }

    [TestMethod]
    public void AProvider_CanBeDisposedOfInPlace()
    {
        ServiceProvider services = Services(("Engine", "fake"));
        LlmClient client = services.GetRequiredService<LlmClient>();
        services.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => client.GetStatistics());
    }

    [TestMethod]
    public async Task KeyedClients_HaveOptionsOfTheirOwn()
    {
        var services = new ServiceCollection();
        services.AddKeyedLlmBridge("first", Section(("Engine", "fake"), ("Command:0", "echo")));
        services.AddKeyedLlmBridge("second", options => options.Engine = LlmEngine.Hash);
        await using ServiceProvider provider = services.BuildServiceProvider();
        LlmClient first = provider.GetRequiredKeyedService<LlmClient>("first");
        Assert.AreEqual("hi", (await first.AskAsync("hi", null, Watchdog)).Text);
        LlmClient second = provider.GetRequiredKeyedService<LlmClient>("second");
        Assert.AreEqual("hash", (await second.EmbedAsync("a", null, Watchdog)).Engine);
        Assert.AreSame(first, provider.GetRequiredKeyedService<IChatClient>("first").GetService(typeof(LlmClient)));
    }

    [TestMethod]
    public async Task WarmUp_HasTheEngineReady_WhenTheApplicationHasStarted()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLlmBridge(options => options.Engine = LlmEngine.Fake).AddLlmBridgeWarmUp();
        using IHost host = builder.Build();
        await host.StartAsync(Watchdog);
        LlmClient client = host.Services.GetRequiredService<LlmClient>();
        Assert.AreEqual(LlmWorkerState.Ready, client.GetStatistics().Workers.Single().State);
        await host.StopAsync(Watchdog);
    }

    [TestMethod]
    public async Task Health_IsUnhealthyWhileTheBreakerIsOpen()
    {
        var services = new ServiceCollection();
        services.AddLogging().AddLlmBridge(options =>
        {
            options.Engine = LlmEngine.Fake;
            options.Command = ["signal 11@start"];
            options.RestartLimit = 0;
        });
        services.AddHealthChecks().AddLlmBridge();
        await using ServiceProvider provider = services.BuildServiceProvider();
        HealthCheckService health = provider.GetRequiredService<HealthCheckService>();
        Assert.AreEqual(HealthStatus.Healthy, (await health.CheckHealthAsync(Watchdog)).Status);
        LlmClient client = provider.GetRequiredService<LlmClient>();
        for (int i = 0; i < 10 && client.GetStatistics().Breaker != LlmBreakerState.Open; i++)
        {
            await Assert.ThrowsAsync<LlmException>(() => client.AskAsync("hi", null, Watchdog));
        }
        HealthReportEntry entry = (await health.CheckHealthAsync(Watchdog)).Entries["llmbridge"];
        Assert.AreEqual(HealthStatus.Unhealthy, entry.Status);
        Assert.AreEqual("open", entry.Data["breaker"]);
    }

    private static ServiceProvider Services(params (string Key, string Value)[] options)
    {
        var services = new ServiceCollection();
        services.AddLlmBridge(Section(options));
        return services.BuildServiceProvider();
    }

    private static IConfigurationSection Section(params (string Key, string Value)[] options) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(options.Select(o => new KeyValuePair<string, string?>("Llm:" + o.Key, o.Value)))
            .Build().GetSection("Llm");
}
