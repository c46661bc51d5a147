using BenchmarkDotNet.Running;
using LlmBridge.Benchmarks;

BenchmarkSwitcher.FromAssembly(typeof(BenchmarkSettings).Assembly).Run(
    args is [] ? ["--filter", "*"] : args, new BenchmarkSettings());
