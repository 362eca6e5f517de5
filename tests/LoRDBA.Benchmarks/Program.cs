using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using LoRDBA.Benchmarks;
using LoRDBA.Benchmarks.Roofline;

// `branches`: generated kernels beside generic ones and a float LoRA, in turns within this process.
if (args is ["branches"])
{
    BranchComparison.Run();
    return;
}

// `attention`: block by block beside token by token.
if (args is ["attention"])
{
    AttentionComparison.Run();
    return;
}

// `roofline`: the machine's limits, and what share of them the hot loops reach.
if (args is ["roofline"])
{
    RooflineComparison.Run();
    return;
}

// In this process: a benchmark that is built and started as a project of its own takes minutes and shows the same.
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance)));
