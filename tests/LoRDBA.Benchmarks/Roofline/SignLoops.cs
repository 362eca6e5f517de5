using LoRDBA.Runtime.Adapters.Binding;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Kernels.Signs;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Benchmarks.Roofline;

/// <summary>The branches of two linears that read one input, such as gate and up, by the generated kernels; batches as a sequence cuts them.</summary>
internal sealed unsafe class SignLoops : IDisposable
{
    /// <summary>Tokens of a batch on the way up, and rows that they meet while these are in the second-level cache.</summary>
    private const int Tokens = 512, ExpandRows = 64;

    private readonly int nIn, nOut, rank, zStride;
    private readonly ShrinkKernel down;
    private readonly ExpandKernel up;
    private readonly Arena arena;
    private SignBatch batch;
    private QuantizedRows rows;
    private byte* signs, scratch, planes, z;
    private int* sums;
    private float* scaleOut, y, x;

    /// <summary>Random signs and activations.</summary>
    public SignLoops(int nIn, int nOut, int rank, Random random)
    {
        (this.nIn, this.nOut, this.rank, zStride) = (nIn, nOut, rank, LookupTables.Stride(rank));
        down = SpeedKernels.Instance.FindShrink(nIn, 2 * rank)!;
        up = SpeedKernels.Instance.FindExpand(nOut, rank)!;
        var (signBytes, planeBytes) = (2 * rank * SignMatrix.StrideOf(nIn), SignPlanes.Count(rank) * nOut);
        arena = Arena.Create(arena =>
        {
            batch = SignBatch.Reserve(arena, AdapterScratch.ShrinkTokens, nIn);
            signs = arena.Reserve<byte>(signBytes);
            scratch = arena.Reserve<byte>(down.ScratchLength);
            sums = arena.Reserve<int>(AdapterScratch.ShrinkTokens * down.SumStride);
            planes = arena.Reserve<byte>(planeBytes);
            scaleOut = arena.Reserve<float>(nOut);
            z = arena.Reserve<byte>(Tokens * zStride);
            x = arena.Reserve<float>(nIn);
            rows = QuantizedRows.Reserve(arena, 1, nIn);
            y = arena.Reserve<float>((long)Tokens * nOut);
        });
        Figures.Values(random, nIn).CopyTo(new Span<float>(x, nIn));
        Figures.Values(random, nOut).CopyTo(new Span<float>(scaleOut, nOut));
        random.NextBytes(new Span<byte>(signs, signBytes));
        random.NextBytes(new Span<byte>(planes, planeBytes));
        rows.Quantize(x, token: 0);
        for (var t = 0; t < AdapterScratch.ShrinkTokens; t++) batch.Quantize(rows, row: 0, t);
        fixed (float* values = Figures.Values(random, SignPlanes.Ranks * SignPlanes.Count(rank)))
            for (var t = 0; t < Tokens; t++) LookupTables.Build(values, rank, z + t * zStride);
        Check();
    }

    /// <summary>Shrink and up, a batch and a token each.</summary>
    public HotLoop[] All(MachinePeaks peaks) => [Shrink(peaks, AdapterScratch.ShrinkTokens), Expand(peaks, Tokens, ExpandRows), Shrink(peaks, 1), Expand(peaks, 1, nOut)];

    /// <summary>What makes 8-bit codes of activations.</summary>
    public HotLoop Quantize(MachinePeaks peaks) =>
        new("8-bit activations", $"{nIn}", 1, [(peaks.Level2, nIn * sizeof(short))], new(() => batch.Quantize(rows, row: 0, token: 0)));

    /// <inheritdoc/>
    public void Dispose() => arena.Dispose();

    private HotLoop Shrink(MachinePeaks peaks, int tokens) => new(
        $"signs down, {Kind(tokens)}", $"{nIn} → {2 * rank}", tokens, [(peaks.SignsShrink, (double)tokens * nIn * 2 * rank)],
        new(() => down.Run(signs, batch, tokens, sums, scratch)));

    /// <summary>A batch's outputs are read, too; they lie in the second-level cache.</summary>
    private HotLoop Expand(MachinePeaks peaks, int tokens, int rows) => new(
        $"signs up, {Kind(tokens)}", $"{rank} → {rows} of {nOut}", tokens,
        [(peaks.SignsExpand, (double)tokens * rank * rows), (peaks.Level2, tokens > 1 ? (double)tokens * rows * sizeof(float) : 0)],
        new(() => up.Run(planes, scaleOut, z, zStride, tokens, y, 0, rows, weight: 1e-6f)));

    private static string Kind(int tokens) => tokens > 1 ? "batch" : "token";

    private void Check()
    {
        var expected = new int[AdapterScratch.ShrinkTokens * down.SumStride];
        down.Run(signs, batch, AdapterScratch.ShrinkTokens, sums, scratch);
        fixed (int* to = expected) new GenericShrink(nIn, 2 * rank).RunScalar(signs, batch, AdapterScratch.ShrinkTokens, to);
        var outputs = new float[nOut];
        up.Run(planes, scaleOut, z, zStride, 1, y, 0, nOut, weight: 1);
        fixed (float* to = outputs) new GenericExpand(nOut, rank).RunScalar(planes, scaleOut, z, to, 0, nOut, *(float*)(z + LookupTables.ScaleOffset(rank)));
        if (!expected.AsSpan().SequenceEqual(new(sums, expected.Length)) || !outputs.AsSpan().SequenceEqual(new(y, nOut))) throw new InvalidOperationException("A sign kernel differs from the scalar one.");
    }
}
