using System.Numerics.Tensors;
using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Kernels.Products;
using LoRDBA.Runtime.Memory;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Kernels.Products;

/// <content>
/// The transposed product: against float64 over the dequantized weights, every path against the scalar twin to the bit, columns in shares
/// and tokens in batches against the whole to the bit. It adds to what is there.
/// </content>
public sealed unsafe partial class BlockMatMulTests
{
    [Theory]
    [MemberData(nameof(Formats))]
    public void Every_path_gives_the_same_bits_on_the_way_back(GgmlType type)
    {
        var columns = BlockFormat.Of(type).BlockLength == 256 ? 256 : 96;
        foreach (var (rows, tokens) in new[] { (32, 1), (96, 3), (288, 4), (320, 17), (608, 21) })
            CheckTransposed(type, rows, columns, tokens, new Random(rows));
    }

    [Fact]
    public void Rows_that_are_no_whole_blocks_go_the_way_of_floats_back()
    {
        var format = BlockFormat.Of(GgmlType.Q8_0);
        using var memory = GuardedMemory.OfBytes(RandomWeights(format, 37 * 64, new Random(3)));
        var matrix = Matrix(format, memory, rows: 37, nIn: 64);
        var dy = Enumerable.Range(0, 2 * 37).Select(i => MathF.Sin(i)).ToArray();
        Assert.Equal(Transpose(matrix, FloatMatMul.Instance, dy, 2, 0, 64), Transpose(matrix, MatMuls.Of(format), dy, 2, 0, 64));
    }

    [Fact]
    public void A_way_back_by_hand()
    {
        // 32 rows of Q8_0; row 0 has the scale 0.5 and q = 1, 2, 0 ..., row 1 the scale 2 and q = 0, -1, 0 ...; dy = 3, 4, 0 ...
        var format = BlockFormat.Of(GgmlType.Q8_0);
        var weights = new byte[32 * 34];
        BitConverter.TryWriteBytes(weights, (Half)0.5f);
        BitConverter.TryWriteBytes(weights.AsSpan(34), (Half)2f);
        (weights[2], weights[3], weights[37]) = (1, 2, 0xff);
        var dy = new float[32];
        (dy[0], dy[1]) = (3, 4);
        using var memory = GuardedMemory.OfBytes(weights);
        var dx = Transpose(Matrix(format, memory, rows: 32, nIn: 32), MatMuls.Of(format), dy, tokens: 1, 0, 32);
        Assert.Equal(Start(0) + 1.5f, dx[0], 1e-3f);
        Assert.Equal(Start(1) - 5f, dx[1], 1e-3f);
        Assert.Equal(Start(2), dx[2]);
    }

    private static void CheckTransposed(GgmlType type, int rows, int columns, int tokens, Random random)
    {
        var format = BlockFormat.Of(type);
        using var weights = GuardedMemory.OfBytes(RandomWeights(format, rows * columns, random));
        var matrix = Matrix(format, weights, rows, columns);
        // Gradients as they are: of very different sizes from token to token, whole blocks of zero.
        var dy = Enumerable.Range(0, tokens * rows)
            .Select(i => i / 32 % 7 == 6 ? 0f : (float)(random.NextDouble() - 0.5) * MathF.Pow(10, -(i / rows) % 5)).ToArray();

        var scalar = Transpose(matrix, MatMuls.Of(format, InstructionSet.Scalar), dy, tokens, 0, columns);
        AssertNearDoubles(matrix, dy, tokens, scalar);
        AssertNearDoubles(matrix, dy, tokens, Transpose(matrix, FloatMatMul.Instance, dy, tokens, 0, columns));
        foreach (var set in Enum.GetValues<InstructionSet>().Where(InstructionSets.IsSupported))
        {
            var kernel = MatMuls.Of(format, set);
            Assert.Equal(scalar, Transpose(matrix, kernel, dy, tokens, 0, columns));
            var left = Transpose(matrix, kernel, dy, tokens, 0, 32);
            var right = Transpose(matrix, kernel, dy, tokens, 32, columns);
            for (var i = 0; i < scalar.Length; i++) Assert.Equal(scalar[i], (i % columns < 32 ? left : right)[i]);
            Assert.Equal(scalar.AsSpan(0, columns).ToArray(), Transpose(matrix, kernel, dy.AsSpan(0, rows), tokens: 1, 0, columns));
        }
    }

    private static void AssertNearDoubles(WeightMatrix matrix, float[] dy, int tokens, float[] dx)
    {
        var (rows, columns) = (matrix.NOut, matrix.NIn);
        var dense = new float[rows * columns];
        for (var row = 0; row < rows; row++) matrix.Format.Dequantize(matrix.Row(row), dense.AsSpan(row * columns, columns));
        for (var t = 0; t < tokens; t++)
            for (var column = 0; column < columns; column++)
            {
                double sum = Start(t * columns + column), bound = 1e-6;
                for (var row = 0; row < rows; row++)
                {
                    // 15 bits of the gradient and 15 of the scale: a step and a half of the largest of 32 of each.
                    var first = row / 32 * 32;
                    var step = Math.Abs(TensorPrimitives.MaxMagnitude(dy.AsSpan(t * rows + first, 32))) / QuantizedRows.MaxCode;
                    var largest = 0f;
                    for (var r = first; r < first + 32; r++)
                        largest = Math.Max(largest, Math.Abs(TensorPrimitives.MaxMagnitude(dense.AsSpan(r * columns + column / 32 * 32, 32))));
                    sum += (double)dense[row * columns + column] * dy[t * rows + row];
                    bound += 1.5 * step * largest + 1e-6 * Math.Abs(dense[row * columns + column] * dy[t * rows + row]);
                }
                Assert.Equal(sum, dx[t * columns + column], bound);
            }
    }

    private static float Start(int index) => MathF.Cos(index);

    private static float[] Transpose(WeightMatrix matrix, MatMul kernel, ReadOnlySpan<float> dy, int tokens, int columnStart, int columnEnd)
    {
        QuantizedRows rows = default;
        float* scratch = null;
        var dx = Enumerable.Range(0, tokens * matrix.NIn).Select(Start).ToArray();
        var quantizes = matrix.NOut % QuantizedRows.BlockLength == 0;
        using var memory = Arena.Create(arena =>
        {
            rows = QuantizedRows.Reserve(arena, tokens, matrix.NOut);
            scratch = arena.Reserve<float>(MatMul.TransposedScratchLength(matrix.NIn));
        });
        fixed (float* from = dy, to = dx)
        {
            for (var t = 0; quantizes && t < tokens; t++) rows.Quantize(from + t * matrix.NOut, t);
            kernel.RunTransposed(matrix, new MatMulInput(from, rows, tokens), to, columnStart, columnEnd, scratch);
        }
        return dx;
    }
}
