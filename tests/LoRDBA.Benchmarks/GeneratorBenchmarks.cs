using BenchmarkDotNet.Attributes;
using LoRDBA.Generator.Tests;

namespace LoRDBA.Benchmarks;

/// <summary>
/// The generator itself, from a manifest's text to all source texts: what a build pays, without the compiler's own work.
/// </summary>
[MemoryDiagnoser]
public class GeneratorBenchmarks
{
    private string manifest = "";

    /// <summary>SmolLM2's 30 layers have 7 distinct kernels; 100 ranks and widths that differ have 200.</summary>
    [Params(7, 200)]
    public int Kernels { get; set; }

    /// <summary>Boards that are emitted for.</summary>
    [Params("rpi5", "rpi5;x64-v3;x64-v4")]
    public string Boards { get; set; } = "";

    [GlobalSetup]
    public void Setup() => manifest = Kernels == 7
        ? ManifestText.SmolLm2()
        : ManifestText.Of(Enumerable.Range(0, Kernels / 2).Select(i => $"linear l{i} i{i} {64 * (i + 1)} {32 * (i + 1)} {i % 64 + 1} no"));

    [Benchmark]
    public int Run()
    {
        var run = new GeneratorProject(Boards).Manifest("home.shapes", manifest).Run();
        if (run.Diagnostics.Length > 0) throw new InvalidOperationException(run.Diagnostics[0].ToString());
        return run.GeneratedSources.Sum(source => source.SourceText.Length);
    }
}
