using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Kernels;

/// <summary>
/// The vector paths of the 8-bit product against their scalar twin, and the twin against float64, on memory that ends
/// where reading on would crash. The integer parts are exact in all of them, so they differ by the order of a float sum only.
/// </summary>
public sealed unsafe class Int8MatMulTests
{
    private const int MaxBlocks = 9;

    /// <summary>A handful of float additions in another order, of terms of about 1.</summary>
    private const double FloatSumTolerance = 1e-4;

    [Fact]
    public void Q8_0() => CheckAllLengths<Q8_0>(GgmlType.Q8_0, 1f / 254);

    [Fact]
    public void Q4_0() => CheckAllLengths<Q4_0>(GgmlType.Q4_0, 1f / 16);

    [Fact]
    public void Q4_1() => CheckAllLengths<Q4_1>(GgmlType.Q4_1, 1f / 15, -0.5f);

    [Fact]
    public void Q5_0() => CheckAllLengths<Q5_0>(GgmlType.Q5_0, 1f / 32);

    [Fact]
    public void Q5_1() => CheckAllLengths<Q5_1>(GgmlType.Q5_1, 1f / 31, -0.5f);

    [Fact]
    public void IQ4_NL() => CheckAllLengths<IQ4_NL>(GgmlType.IQ4_NL, 1f / 254);

    [Fact]
    public void The_largest_codes_do_not_overflow()
    {
        // 2 · 128 · 127 = 32 512 is the largest sum of two products: -128 is a valid code of Q8_0.
        var weights = new byte[Runtime.Blocks.Q8_0.BlockBytes];
        BitConverter.TryWriteBytes(weights, (Half)1f);
        weights.AsSpan(2).Fill(0x80);
        var x = Enumerable.Repeat(-1f, 32).ToArray();
        Check<Q8_0>(BlockFormat.Of(GgmlType.Q8_0), weights, x, blocks: 1);
    }

    /// <summary>Random codes under the scale and, where it is stored, the minimum with which weights are in [-0.5, 0.5].</summary>
    private static void CheckAllLengths<TBlock>(GgmlType type, params float[] head) where TBlock : struct, IQuantizedBlock
    {
        var random = new Random(42);
        for (var blocks = 1; blocks <= MaxBlocks; blocks++)
        {
            var weights = new byte[blocks * TBlock.Bytes];
            random.NextBytes(weights);
            for (var b = 0; b < blocks; b++)
                for (var i = 0; i < head.Length; i++)
                    BitConverter.TryWriteBytes(weights.AsSpan(b * TBlock.Bytes + 2 * i), (Half)(head[i] * (0.5f + random.NextSingle() / 2)));

            // Activations as they are: mostly small, a few large, whole quads of zero.
            var x = Enumerable.Range(0, 4 * blocks * 32)
                .Select(i => i / 4 % 7 == 0 ? 0f : (float)(random.NextDouble() - 0.5) * (i % 29 == 0 ? 100 : 1)).ToArray();
            Check<TBlock>(BlockFormat.Of(type), weights, x, blocks);
        }
    }

    private static void Check<TBlock>(BlockFormat format, byte[] weights, float[] x, int blocks) where TBlock : struct, IQuantizedBlock
    {
        var width = blocks * 32;
        var tokens = x.Length / width;
        using var w = GuardedMemory.OfBytes(weights);
        QuantizedRows rows = default;
        using var memory = Arena.Create(arena => rows = QuantizedRows.Reserve(arena, tokens, width));
        fixed (float* start = x)
            for (var t = 0; t < tokens; t++) rows.Quantize(start + t * width, t);

        var dequantized = new float[width];
        format.Dequantize(weights, dequantized);
        for (var t = 0; t < tokens; t++)
        {
            double expected = 0;
            for (var j = 0; j < width; j++) expected += (double)dequantized[j] * rows.CodesOf(t)[j] * rows.ScalesOf(t)[j / 4];
            var scalar = Int8MatMul<TBlock>.Dot1Scalar(w.Bytes, rows.CodesOf(t), rows.ScalesOf(t), rows.SumsOf(t), blocks);
            Assert.Equal(expected, scalar, FloatSumTolerance * width);

            if (Avx2.IsSupported) AssertVector(Int8MatMul<TBlock>.Dot1Avx2(w.Bytes, rows.CodesOf(t), rows.ScalesOf(t), rows.SumsOf(t), blocks));
            else if (AdvSimd.Arm64.IsSupported) AssertVector(Int8MatMul<TBlock>.Dot1AdvSimd(w.Bytes, rows.CodesOf(t), rows.ScalesOf(t), rows.SumsOf(t), blocks));
            else Assert.Skip("neither AVX2 nor AdvSimd on this machine");

            void AssertVector(float vector) => Assert.Equal(scalar, vector, FloatSumTolerance * width);
        }
        if (tokens == 4) CheckPanel<TBlock>(w.Bytes, rows, blocks);
    }

    /// <summary>Four tokens at once are the same bits as one after the other.</summary>
    private static void CheckPanel<TBlock>(byte* w, QuantizedRows rows, int blocks) where TBlock : struct, IQuantizedBlock
    {
        const int stride = 3;
        var y = stackalloc float[4 * stride];
        if (Avx2.IsSupported) Int8MatMul<TBlock>.Dot4Avx2(w, rows.CodesOf(0), rows.ScalesOf(0), rows.SumsOf(0), blocks, y, stride);
        else Int8MatMul<TBlock>.Dot4AdvSimd(w, rows.CodesOf(0), rows.ScalesOf(0), rows.SumsOf(0), blocks, y, stride);
        for (var t = 0; t < 4; t++)
        {
            var single = Avx2.IsSupported
                ? Int8MatMul<TBlock>.Dot1Avx2(w, rows.CodesOf(t), rows.ScalesOf(t), rows.SumsOf(t), blocks)
                : Int8MatMul<TBlock>.Dot1AdvSimd(w, rows.CodesOf(t), rows.ScalesOf(t), rows.SumsOf(t), blocks);
            Assert.Equal(single, y[t * stride]);
        }
    }
}
