using System.Runtime.InteropServices;
using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Kernels.Products;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Benchmarks.Roofline;

/// <summary>
/// The base's product in one format: matrices one after the other in a piece of memory that no cache holds, as a model's layers lie, so that
/// each run reads weights that it has not read for long.
/// </summary>
internal sealed unsafe class BaseLoops : IDisposable
{
    private const long WeightBytes = 128L << 20;
    private const int MostTokens = 512, MostNIn = 2048, MostNOut = 8192;

    private readonly BlockFormat format;
    private readonly byte* weights;
    private readonly Arena arena;
    private QuantizedRows rows;
    private float* y, scratch;

    /// <summary>Random weights and activations.</summary>
    public BaseLoops(GgmlType type, Random random)
    {
        format = BlockFormat.Of(type);
        weights = (byte*)NativeMemory.AlignedAlloc((nuint)WeightBytes, 64);
        RandomBlocks.Fill(format, weights, WeightBytes, random);
        arena = Arena.Create(arena =>
        {
            rows = QuantizedRows.Reserve(arena, MostTokens, MostNIn);
            y = arena.Reserve<float>((long)MostTokens * MostNOut);
            scratch = arena.Reserve<float>(MatMul.ScratchLength(MostNIn));
        });
        fixed (float* x = Figures.Values(random, MostNIn))
            for (var t = 0; t < MostTokens; t++) rows.Quantize(x, t);
    }

    /// <summary>A loop over tokens; first its results are compared with the scalar twin's.</summary>
    public HotLoop Product(MachinePeaks peaks, int nIn, int nOut, int tokens) => Product(peaks, nIn, nOut, tokens, tokens > 1 ? "batch" : "token", peaks.Memory, matrixCount: null);

    /// <summary>A token's loop over few rows that stay in the second-level cache: what it takes when it waits for no memory.</summary>
    public HotLoop FromCache(MachinePeaks peaks, int nIn) => Product(peaks, nIn, 64, 1, "token, rows in cache", peaks.Level2, matrixCount: 1);

    private HotLoop Product(MachinePeaks peaks, int nIn, int nOut, int tokens, string kind, Peak source, int? matrixCount)
    {
        var bytes = format.BytesFor((long)nIn * nOut);
        var matrices = new WeightMatrix[matrixCount ?? (int)(WeightBytes / bytes)];
        for (var i = 0; i < matrices.Length; i++) matrices[i] = new(format, weights + i * bytes, nIn, nOut);
        Check(matrices[0], tokens);

        var kernel = MatMuls.Of(format);
        var next = 0;
        var input = new MatMulInput(null, rows.WithWidth(nIn), tokens);
        var macs = (double)nIn * nOut * tokens;
        return new($"{format.Name} {kind}", $"{nIn} → {nOut}", tokens, [(peaks.WholeProduct, macs), (source, bytes)], new(() =>
        {
            kernel.Run(matrices[next], input, y, 0, nOut, scratch);
            next = (next + 1) % matrices.Length;
        }));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        arena.Dispose();
        NativeMemory.AlignedFree(weights);
    }

    private void Check(in WeightMatrix matrix, int tokens)
    {
        const int Rows = 64;
        var part = new WeightMatrix(format, matrix.Data, matrix.NIn, Rows);
        var input = new MatMulInput(null, rows.WithWidth(matrix.NIn), Math.Min(tokens, 9));
        float[] one = new float[Rows * input.Tokens], other = new float[Rows * input.Tokens];
        fixed (float* a = one, b = other)
        {
            MatMuls.Of(format).Run(part, input, a, 0, Rows, scratch);
            MatMuls.Of(format, InstructionSet.Scalar).Run(part, input, b, 0, Rows, scratch);
        }
        if (!one.AsSpan().SequenceEqual(other)) throw new InvalidOperationException($"{format.Name}: the product differs from the scalar one.");
    }
}
