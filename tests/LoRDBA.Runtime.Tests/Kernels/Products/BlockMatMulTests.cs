using System.Numerics.Tensors;
using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Kernels.Products;
using LoRDBA.Runtime.Memory;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Kernels.Products;

/// <summary>
/// The product of block-quantized weights: the scalar twin against float64 over the dequantized weights, every vector path against the twin
/// to the bit, batches against single tokens to the bit, all on weights that end where reading on would crash.
/// </summary>
public sealed unsafe partial class BlockMatMulTests
{
    /// <summary>Two tiles of channels and part of a third, as a row of super-blocks has it.</summary>
    private const int MaxBlocks = 24;

    /// <summary>Formats with kernels of their own.</summary>
    public static TheoryData<GgmlType> Formats =>
        [.. BlockFormat.All.Where(format => MatMuls.Of(format).ReadsQuantized).Select(format => format.Type)];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Every_path_gives_the_same_bits_for_any_shape(GgmlType type)
    {
        foreach (var blocks in new[] { 1, 2, 3, 8, 9, 10, 16, 18, 19, MaxBlocks })
            foreach (var (rows, tokens) in new[] { (1, 1), (16, 3), (32, 4), (37, 5), (64, 9) })
                if (blocks * 32 % BlockFormat.Of(type).BlockLength == 0) Check(type, rows, blocks, tokens, random: new Random(42));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Every_path_gives_the_same_bits_for_any_number_of_tokens(GgmlType type)
    {
        // Two tiles, a group of 16 rows and a part of one.
        for (var tokens = 1; tokens <= 20; tokens++) Check(type, rows: 85, blocks: 16, tokens, new Random(42));
    }

    [Fact]
    public void The_largest_codes_do_not_overflow()
    {
        // 32 products of 16 383 with 32 · 128 = 4096, the widest weight of all formats: q = -32 under the factor -128 of Q6_K.
        var format = BlockFormat.Of(GgmlType.Q6_K);
        var weights = new byte[format.BlockBytes];
        weights.AsSpan(192, 16).Fill(0x80);
        BitConverter.TryWriteBytes(weights.AsSpan(208), (Half)1f);
        var x = Enumerable.Repeat(1f, 256).ToArray();
        var y = new float[1];
        using var memory = GuardedMemory.OfBytes(weights);
        Run(Matrix(format, memory, rows: 1, nIn: 256), MatMuls.Of(format), x, tokens: 1, y);
        Assert.Equal(4096f * 256, y[0], 1f);
    }

    [Fact]
    public void A_product_by_hand()
    {
        // Two rows of Q8_0 with scales 0.5 and 2: q = 1, 2, 3, 0 ... and 0, -1, 0 ...; x = 1, 1, -1, 0 ...
        var format = BlockFormat.Of(GgmlType.Q8_0);
        var weights = new byte[2 * 34];
        BitConverter.TryWriteBytes(weights, (Half)0.5f);
        BitConverter.TryWriteBytes(weights.AsSpan(34), (Half)2f);
        (weights[2], weights[3], weights[4], weights[37]) = (1, 2, 3, 0xff);
        var x = new float[32];
        (x[0], x[1], x[2]) = (1, 1, -1);
        var y = new float[2];
        using var memory = GuardedMemory.OfBytes(weights);
        Run(Matrix(format, memory, rows: 2, nIn: 32), MatMuls.Of(format), x, tokens: 1, y);
        Assert.Equal(0f, y[0], 1e-6f);
        Assert.Equal(-2f, y[1], 1e-6f);
    }

    private static void Check(GgmlType type, int rows, int blocks, int tokens, Random random)
    {
        var format = BlockFormat.Of(type);
        var nIn = blocks * QuantizedRows.BlockLength;
        using var weights = GuardedMemory.OfBytes(RandomWeights(format, rows * nIn, random));
        var matrix = Matrix(format, weights, rows, nIn);

        // Activations as they are: mostly small, a few large, whole blocks of zero.
        var x = Enumerable.Range(0, tokens * nIn)
            .Select(i => i / 32 % 7 == 6 ? 0f : (float)(random.NextDouble() - 0.5) * (i % 29 == 0 ? 100 : 1)).ToArray();

        var scalar = new float[tokens * rows];
        Run(matrix, MatMuls.Of(format, InstructionSet.Scalar), x, tokens, scalar);
        for (var t = 0; t < tokens; t++)
            for (var r = 0; r < rows; r++)
            {
                var (sum, magnitude) = Expected(matrix, r, x.AsSpan(t * nIn, nIn));
                Assert.Equal(sum, scalar[t * rows + r], 1e-4 * magnitude + 1e-9);
            }

        foreach (var set in Enum.GetValues<InstructionSet>().Where(InstructionSets.IsSupported))
        {
            var (together, alone) = (new float[tokens * rows], new float[rows]);
            Run(matrix, MatMuls.Of(format, set), x, tokens, together);
            Assert.Equal(scalar, together);
            for (var t = 0; t < tokens; t++)
            {
                Run(matrix, MatMuls.Of(format, set), x.AsSpan(t * nIn, nIn), tokens: 1, alone);
                Assert.Equal(scalar.AsSpan(t * rows, rows).ToArray(), alone);
            }
        }
    }

    private static void Run(WeightMatrix matrix, MatMul kernel, ReadOnlySpan<float> x, int tokens, float[] outputs)
    {
        QuantizedRows rows = default;
        float* scratch = null;
        using var memory = Arena.Create(arena =>
        {
            rows = QuantizedRows.Reserve(arena, tokens, matrix.NIn);
            scratch = arena.Reserve<float>(MatMul.ScratchLength(matrix.NIn));
        });
        fixed (float* from = x, y = outputs)
        {
            for (var t = 0; t < tokens; t++) rows.Quantize(from + t * matrix.NIn, t);
            kernel.Run(matrix, new MatMulInput(null, rows, tokens), y, 0, matrix.NOut, scratch);
        }
    }

    /// <summary>y in float64, and what the sum of the magnitudes is: the measure of its rounding.</summary>
    private static (double Sum, double Magnitude) Expected(WeightMatrix matrix, int row, ReadOnlySpan<float> x)
    {
        var weights = new float[matrix.NIn];
        matrix.Format.Dequantize(matrix.Row(row), weights);
        double sum = 0, magnitude = 0;
        for (var j = 0; j < weights.Length; j++)
        {
            // As far as 15 bits carry x: half a step of its block.
            var step = TensorPrimitives.MaxMagnitude(x.Slice(j / 32 * 32, 32)) / QuantizedRows.MaxCode;
            sum += (double)weights[j] * x[j];
            magnitude += Math.Abs((double)weights[j] * x[j]) + Math.Abs(weights[j] * step) * 1e4;
        }
        return (sum, magnitude);
    }

    /// <summary>Random bytes, block by block drawn again until the numbers they stand for are finite and not huge.</summary>
    private static byte[] RandomWeights(BlockFormat format, int elements, Random random)
    {
        var bytes = new byte[format.BytesFor(elements)];
        var values = new float[format.BlockLength];
        for (var at = 0; at < bytes.Length; at += format.BlockBytes)
            do
            {
                random.NextBytes(bytes.AsSpan(at, format.BlockBytes));
                format.Dequantize(bytes.AsSpan(at, format.BlockBytes), values);
            }
            while (values.Any(value => !(Math.Abs(value) < 100)));
        return bytes;
    }

    private static WeightMatrix Matrix(BlockFormat format, GuardedMemory weights, int rows, int nIn) =>
        new(format, weights.Bytes, nIn, rows);
}
