using LlmBridge;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>LlmBridge's clients as services.</summary>
public static class LlmBridgeServiceCollectionExtensions
{
    /// <summary>Adds one <see cref="LlmClient"/> for the application, and it as <see cref="IChatClient"/> and as
    /// <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/>. It opens with its first use, and ends with the
    /// application.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">Its options by the names of <see cref="BridgeOptions"/>'s properties, such as
    /// "Model"; durations are hh:mm:ss or seconds. What is wrong is an <see cref="OptionsValidationException"/> at the
    /// start of the application, or a <see cref="FormatException"/>.</param>
    public static IServiceCollection AddLlmBridge(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return services.AddLlmBridge(options => BridgeConfiguration.Read(configuration, options));
    }

    /// <summary>The same with options in code.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options; null leaves them to the environment and the defaults.</param>
    public static IServiceCollection AddLlmBridge(
        this IServiceCollection services, Action<BridgeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        AddOptions(services, Options.Options.DefaultName, configure);
        services.TryAddSingleton(provider => Open(provider, Options.Options.DefaultName));
        services.TryAddSingleton(provider => provider.GetRequiredService<LlmClient>().AsChatClient());
        services.TryAddSingleton(provider => provider.GetRequiredService<LlmClient>().AsEmbeddingGenerator());
        return services;
    }

    /// <summary>Adds a client of its own under a key, for applications with several models.</summary>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">The key, which is the name of its options too.</param>
    /// <param name="configuration">Its options.</param>
    public static IServiceCollection AddKeyedLlmBridge(
        this IServiceCollection services, string serviceKey, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return services.AddKeyedLlmBridge(serviceKey, options => BridgeConfiguration.Read(configuration, options));
    }

    /// <summary>The same with options in code.</summary>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">The key, which is the name of its options too.</param>
    /// <param name="configure">Sets the options; null leaves them to the environment and the defaults.</param>
    public static IServiceCollection AddKeyedLlmBridge(
        this IServiceCollection services, string serviceKey, Action<BridgeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(serviceKey);
        AddOptions(services, serviceKey, configure);
        services.TryAddKeyedSingleton(serviceKey, (provider, _) => Open(provider, serviceKey));
        services.TryAddKeyedSingleton(
            serviceKey, (provider, key) => provider.GetRequiredKeyedService<LlmClient>(key).AsChatClient());
        services.TryAddKeyedSingleton(
            serviceKey, (provider, key) => provider.GetRequiredKeyedService<LlmClient>(key).AsEmbeddingGenerator());
        return services;
    }

    /// <summary>Has the application's start wait until the engine has loaded its model. A start that fails fails the
    /// application.</summary>
    /// <param name="services">The services, to which the client was added.</param>
    /// <param name="serviceKey">The client's key; null for the one without.</param>
    public static IServiceCollection AddLlmBridgeWarmUp(this IServiceCollection services, string? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.AddSingleton<IHostedService>(provider => new WarmUp(ClientOf(provider, serviceKey)));
    }

    internal static LlmClient ClientOf(IServiceProvider provider, string? serviceKey) => serviceKey is null
        ? provider.GetRequiredService<LlmClient>()
        : provider.GetRequiredKeyedService<LlmClient>(serviceKey);

    private static void AddOptions(IServiceCollection services, string name, Action<BridgeOptions>? configure)
    {
        OptionsBuilder<BridgeOptions> options = services.AddOptions<BridgeOptions>(name);
        if (configure is not null) options.Configure(configure);
        services.AddSingleton<IValidateOptions<BridgeOptions>>(new BridgeOptionsValidation(name));
        options.ValidateOnStart();
    }

    private static LlmClient Open(IServiceProvider provider, string name) => LlmClient.Open(
        provider.GetRequiredService<IOptionsMonitor<BridgeOptions>>().Get(name), provider.GetService<ILoggerFactory>());
}
