using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Kernels.Products;
using LoRDBA.Runtime.Memory;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Kernels.Products;

/// <summary>
/// The product of weights that are floating-point numbers: against float64, every instruction set against the others to the bit, batches
/// against single tokens to the bit, all on weights that end where reading on would crash.
/// </summary>
public sealed unsafe class NumberMatMulTests
{
    public static TheoryData<GgmlType> Formats => [GgmlType.F32, GgmlType.F16, GgmlType.BF16];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Every_path_gives_the_same_bits_for_any_shape(GgmlType type)
    {
        foreach (var nIn in new[] { 1, 15, 16, 17, 64, 100 })
            foreach (var rows in new[] { 1, 3, 4, 9 })
                for (var tokens = 1; tokens <= 9; tokens++) Check(type, rows, nIn, tokens);
    }

    [Fact]
    public void A_product_by_hand()
    {
        // 0.5 · 2 - 3 · 4 + 65504 · 0.25, and a subnormal half, 2^-24, times 2^24.
        var x = new float[] { 2, 4, 0.25f, 16_777_216 };
        var weights = new byte[8];
        BlockFormat.Of(GgmlType.F16).Quantize([0.5f, -3, 65_504, MathF.ScaleB(1, -24)], weights);
        foreach (var set in Sets()) Assert.Equal(-11f + 16_376 + 1, Run(GgmlType.F16, set, weights, x, rows: 1, nIn: 4, tokens: 1)[0]);
    }

    private static void Check(GgmlType type, int rows, int nIn, int tokens)
    {
        var random = new Random(rows + 100 * nIn);
        var format = BlockFormat.Of(type);
        var weights = new byte[format.BytesFor(rows * nIn)];
        format.Quantize(Enumerable.Range(0, rows * nIn).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray(), weights);
        var values = new float[rows * nIn];
        format.Dequantize(weights, values);
        var x = Enumerable.Range(0, tokens * nIn).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray();

        var first = Run(type, Sets().First(), weights, x, rows, nIn, tokens);
        for (var t = 0; t < tokens; t++)
            for (var r = 0; r < rows; r++)
            {
                var expected = Enumerable.Range(0, nIn).Sum(j => (double)values[r * nIn + j] * x[t * nIn + j]);
                Assert.Equal(expected, first[t * rows + r], 1e-6 * nIn);
            }
        foreach (var set in Sets())
        {
            Assert.Equal(first, Run(type, set, weights, x, rows, nIn, tokens));
            for (var t = 0; t < tokens; t++)
                Assert.Equal(first.AsSpan(t * rows, rows).ToArray(), Run(type, set, weights, x.AsSpan(t * nIn, nIn).ToArray(), rows, nIn, tokens: 1));
        }
    }

    /// <summary>The scalar set has no such product: its kernel is the oracle of whole models.</summary>
    private static IEnumerable<InstructionSet> Sets() => Enum.GetValues<InstructionSet>().Where(set => set != InstructionSet.Scalar && InstructionSets.IsSupported(set));

    private static float[] Run(GgmlType type, InstructionSet set, byte[] weights, float[] x, int rows, int nIn, int tokens)
    {
        using var memory = GuardedMemory.OfBytes(weights);
        using var inputs = GuardedMemory.OfFloats(x);
        float* scratch = null;
        using var arena = Arena.Create(a => scratch = a.Reserve<float>(MatMul.ScratchLength(nIn)));
        var y = new float[rows * tokens];
        fixed (float* to = y)
            MatMuls.Of(BlockFormat.Of(type), set).Run(
                new WeightMatrix(BlockFormat.Of(type), memory.Bytes, nIn, rows), new MatMulInput(inputs.Floats, default, tokens), to, 0, rows, scratch);
        return y;
    }
}
