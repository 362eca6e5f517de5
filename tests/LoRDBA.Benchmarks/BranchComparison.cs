using System.Diagnostics;
using System.Runtime.InteropServices;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Binding;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Kernels.Signs;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Tests.Adapters;
using LoRDBA.Tests;

namespace LoRDBA.Benchmarks;

/// <summary>
/// What an adapter's branches cost beside one layer of SmolLM2-135M, seven linears: by the generated kernels, by the generic ones, and as
/// a float32 LoRA of the same rank. One thread, one process, in turns; the ratios are medians of the turns' ratios.
/// </summary>
internal static unsafe class BranchComparison
{
    private const int NEmbd = 576, NKv = 192, NFf = 1536, Turns = 31;

    /// <summary>Tokens that a sequence takes through the layers together: as many as fit.</summary>
    private const int Batch = 512;

    /// <summary>Checks that both kinds of kernels give the same bits, then prints the table.</summary>
    public static void Run()
    {
        using var model = Layer();
        var random = new Random(1);
        using var x = new Activations(random);
        var y = Figures.Values(random, Batch * NFf);
        Console.WriteLine("| rank | tokens | path | generated, us | generic, us | float LoRA, us | generic / generated | LoRA / generated |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (var rank in new[] { 4, 8, 16, 32 })
        {
            using var folder = new TemporaryFolder();
            using var lora = Adapter.Load(RandomPeft.Write(folder, model, rank), model);
            using var lordba = Lordba(model, rank);
            using var generated = new Branch(lordba, Smollm2Kernels.Instance);
            using var generic = new Branch(lordba, null);
            using var floats = new Branch(lora, null);
            foreach (var tokens in new[] { 1, 512 })
            {
                AssertSame(model, generated, generic, x, Math.Min(Batch, tokens));
                var repeat = Math.Max(1, 400 / tokens);
                var times = new double[3][];
                for (var i = 0; i < 3; i++) times[i] = new double[Turns];
                for (var turn = 0; turn < Turns; turn++)
                {
                    times[0][turn] = Time(model, generated, x, y, tokens, repeat);
                    times[1][turn] = Time(model, generic, x, y, tokens, repeat);
                    times[2][turn] = Time(model, floats, x, y, tokens, repeat);
                }
                var path = Smollm2Kernels.Instance.FindShrink(NEmbd, rank)!.Path;
                Console.WriteLine(
                    $"| {rank} | {tokens} | {path} | {Figures.Median(times[0]):0.0} | {Figures.Median(times[1]):0.0} | {Figures.Median(times[2]):0.0} | {Figures.Ratio(times[1], times[0]):0.00} | {Figures.Ratio(times[2], times[0]):0.00} |");
            }
        }
    }

    /// <summary>Microseconds of all branches of the layer.</summary>
    private static double Time(Model model, Branch branch, Activations x, float[] y, int tokens, int repeat)
    {
        fixed (float* py = y)
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < repeat; i++)
                for (var first = 0; first < tokens; first += Batch) Branches(model, branch, x, py, Math.Min(Batch, tokens - first));
            return Stopwatch.GetElapsedTime(start).TotalMicroseconds / repeat;
        }
    }

    private static void Branches(Model model, Branch branch, Activations x, float* y, int tokens)
    {
        foreach (var group in model.Inputs.Take(4))
        {
            branch.Bound.Shrink(new ShrinkCall(group, x.Input(group.NIn, tokens), row: 0, worker: 0, branch.Scratch));
            foreach (var linear in group.Linears)
                branch.Bound.Expand(linear, branch.Scratch.Bottleneck(linear.Slot, row: 0), branch.Scratch.Stride, tokens, y, 0, linear.NOut, 1e-3f);
        }
    }

    private static void AssertSame(Model model, Branch generated, Branch generic, Activations x, int tokens)
    {
        var (one, other) = (new float[tokens * NFf], new float[tokens * NFf]);
        fixed (float* pa = one, pb = other)
        {
            Branches(model, generated, x, pa, tokens);
            Branches(model, generic, x, pb, tokens);
        }
        if (!MemoryMarshal.AsBytes(one.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(other.AsSpan()))) throw new InvalidOperationException("The generated kernels differ from the generic ones.");
    }

    /// <summary>An adapter with its kernels, and scratch for it.</summary>
    private sealed class Branch : IDisposable
    {
        public Branch(Adapter adapter, SignKernels? kernels)
        {
            Bound = adapter.Bind(new KernelSource(kernels, IsOracle: false));
            if (kernels is not null && Bound.Missing is { } missing) throw new InvalidOperationException(missing);
            Scratch.Reserve(Bound);
        }

        public BoundAdapter Bound { get; }

        public AdapterScratch Scratch { get; } = new(Batch, workers: 1, NFf);

        public void Dispose() => Scratch.Dispose();
    }

    private static LordbaAdapter Lordba(Model model, int rank)
    {
        var factors = model.Linears.Select(linear => RandomFactors.Create(linear.Name, linear.NIn, linear.NOut, rank, 4, 0, linear.Index));
        return LordbaAdapter.Bind(LordbaFile.From(GgufFile.FromBytes(LordbaWriter.ToArray(RandomFactors.Header(LordbaBase.Of(model)), [.. factors]), "random")), model);
    }

    private static Model Layer()
    {
        var tiny = new TinyModel();
        (tiny.Metadata["llama.embedding_length"], tiny.Metadata["llama.feed_forward_length"]) = ((uint)NEmbd, (uint)NFf);
        (tiny.Metadata["llama.attention.head_count"], tiny.Metadata["llama.attention.head_count_kv"], tiny.Metadata["llama.rope.dimension_count"]) = (9u, 3u, 64u);
        tiny.Shapes["token_embd.weight"] = [NEmbd, TinyModel.NVocab];
        tiny.Shapes["output_norm.weight"] = [NEmbd];
        for (var layer = 0; layer < TinyModel.NLayer; layer++)
        {
            void Set(string name, params long[] shape) => tiny.Shapes[$"blk.{layer}.{name}.weight"] = shape;
            Set("attn_norm", NEmbd);
            Set("attn_q", NEmbd, NEmbd);
            Set("attn_k", NEmbd, NKv);
            Set("attn_v", NEmbd, NKv);
            Set("attn_output", NEmbd, NEmbd);
            Set("ffn_norm", NEmbd);
            Set("ffn_gate", NEmbd, NFf);
            Set("ffn_up", NEmbd, NFf);
            Set("ffn_down", NFf, NEmbd);
        }
        return tiny.Load();
    }

    /// <summary>A batch of random activations, of either width, as the base has them: in float32 and in whole numbers.</summary>
    private sealed class Activations : IDisposable
    {
        private readonly Arena arena;
        private float* x;
        private QuantizedRows narrow, wide;

        public Activations(Random random)
        {
            arena = Arena.Create(arena =>
            {
                x = arena.Reserve<float>(Batch * NFf);
                (narrow, wide) = (QuantizedRows.Reserve(arena, Batch, NEmbd), QuantizedRows.Reserve(arena, Batch, NFf));
            });
            Figures.Values(random, Batch * NFf).CopyTo(new Span<float>(x, Batch * NFf));
            for (var t = 0; t < Batch; t++) narrow.Quantize(x + t * NEmbd, t);
            for (var t = 0; t < Batch; t++) wide.Quantize(x + t * NFf, t);
        }

        public MatMulInput Input(int width, int tokens) => new(x, width == NFf ? wide : narrow, tokens);

        public void Dispose() => arena.Dispose();
    }
}
