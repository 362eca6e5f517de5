using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LoRDBA.Training.Backward;

/// <summary>A matrix whose number (i, j) lies at <c>data[i * row + j * column]</c>, so that a transposed one needs no copy.</summary>
internal readonly unsafe struct Strided(float* data, int row, int column)
{
    public float* Data => data;

    public int Row => row;

    public int Column => column;

    /// <summary>The address of number (i, j).</summary>
    public float* At(int i, int j) => data + (long)i * row + (long)j * column;
}

/// <summary>
/// The one product of training, C[m, n] = A[m, k] · B[k, n], or C += A · B, or with the signs of B in place of B.
/// </summary>
/// <remarks>
/// Every element of C is one chain of fused multiply-adds in the order of k, beginning with what was there. So its bits depend neither on
/// the machine's vectors, nor on how m and n are cut, nor on k being cut into products that accumulate.
/// <code>
/// B is walked in panels, copied together:    n: 16 columns          C in tiles of 6 x 16, which stay in registers while k runs
///                                       k: | b0 | b1 |              | c00 | c01 |     12 accumulators, b0, b1 and a number of A
///                                     256  | .. | .. |              |  ...      |     broadcast: 15 of AVX2's 16 registers
///                                    rows                           | c50 | c51 |
/// </code>
/// A panel has 16 KiB, half the first-level cache. In place, its rows would lie a power of two apart and push each other out.
/// </remarks>
internal static unsafe class Matmul
{
    private const int TileRows = 6;
    private const int TileColumns = 16;
    private const int PanelRows = 256;
    private const int Lanes = 8;

    /// <summary>C = A · B, where C [m][n] lies row after row and is added to if <paramref name="accumulate"/>.</summary>
    public static void Multiply(int m, int n, int k, Strided a, Strided b, float* c, bool accumulate) =>
        Multiply(m, n, k, a, b, c, n, accumulate, takeSigns: false);

    /// <summary>The same for a C that is some columns of a wider matrix, <paramref name="stride"/> numbers from row to row.</summary>
    public static void Multiply(int m, int n, int k, Strided a, Strided b, float* c, int stride, bool accumulate) =>
        Multiply(m, n, k, a, b, c, stride, accumulate, takeSigns: false);

    /// <summary>C = A · sgn(B), with the signs of <see cref="SignBranch.IsPlus"/>.</summary>
    public static void MultiplySigns(int m, int n, int k, Strided a, Strided b, float* c, bool accumulate) =>
        Multiply(m, n, k, a, b, c, n, accumulate, takeSigns: true);

    private static void Multiply(int m, int n, int k, Strided a, Strided b, float* c, int stride, bool accumulate, bool takeSigns)
    {
        var panel = stackalloc float[PanelRows * TileColumns];
        for (var start = 0; start < k; start += PanelRows)
        {
            var depth = Math.Min(PanelRows, k - start);
            for (var column = 0; column < n; column += TileColumns)
            {
                var columns = Math.Min(TileColumns, n - column);
                Pack(b.At(start, column), b.Row, b.Column, depth, columns, panel);
                if (takeSigns) TakeSigns(panel, depth);
                for (var row = 0; row < m; row += TileRows)
                {
                    Tile(Math.Min(TileRows, m - row), columns, depth, a.At(row, start), a.Row, a.Column,
                        panel, c + (long)row * stride + column, stride, accumulate || start > 0);
                }
            }
        }
    }

    private static void Pack(float* b, int row, int column, int depth, int columns, float* panel)
    {
        if (column == 1)
        {
            for (var l = 0; l < depth; l++)
                new ReadOnlySpan<float>(b + (long)l * row, columns).CopyTo(new Span<float>(panel + l * TileColumns, TileColumns));
            return;
        }

        for (var j = 0; j < columns; j++)
        {
            var from = b + (long)j * column;
            for (var l = 0; l < depth; l++) panel[l * TileColumns + j] = from[(long)l * row];
        }
    }

    private static void TakeSigns(float* panel, int depth)
    {
        Vector256<float> plus = Vector256<float>.One, minus = -plus;
        for (var i = 0; i < depth * TileColumns; i += Lanes)
        {
            var isPlus = Vector256.GreaterThanOrEqual(Vector256.Load(panel + i), Vector256<float>.Zero);
            Vector256.ConditionalSelect(isPlus, plus, minus).Store(panel + i);
        }
    }

    private static void Tile(
        int rows, int columns, int depth, float* a, int aRow, int aColumn, float* panel, float* c, int stride, bool accumulate)
    {
        if (rows == TileRows && columns == TileColumns)
        {
            FullTile(depth, a, aRow, aColumn, panel, c, stride, accumulate);
            return;
        }

        var edge = stackalloc float[Lanes];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column += Lanes)
            {
                // The last columns may be fewer than a vector: the others are computed beside C and dropped.
                var result = c + (long)row * stride + column;
                var width = Math.Min(Lanes, columns - column);
                var whole = width == Lanes ? result : edge;
                if (whole == edge) new ReadOnlySpan<float>(result, width).CopyTo(new Span<float>(edge, Lanes));
                var sum = accumulate ? Vector256.Load(whole) : Vector256<float>.Zero;
                for (var l = 0; l < depth; l++)
                {
                    var x = Vector256.Create(a[(long)row * aRow + (long)l * aColumn]);
                    sum = Vector256.FusedMultiplyAdd(x, Vector256.Load(panel + l * TileColumns + column), sum);
                }

                sum.Store(whole);
                if (whole == edge) new ReadOnlySpan<float>(edge, width).CopyTo(new Span<float>(result, width));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FullTile(int depth, float* a, int aRow, int aColumn, float* panel, float* c, int stride, bool accumulate)
    {
        Vector256<float> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default;
        Vector256<float> c30 = default, c31 = default, c40 = default, c41 = default, c50 = default, c51 = default;
        float* r0 = c, r1 = c + stride, r2 = c + 2 * stride, r3 = c + 3 * stride, r4 = c + 4 * stride, r5 = c + 5 * stride;
        if (accumulate)
        {
            (c00, c01) = (Vector256.Load(r0), Vector256.Load(r0 + 8));
            (c10, c11) = (Vector256.Load(r1), Vector256.Load(r1 + 8));
            (c20, c21) = (Vector256.Load(r2), Vector256.Load(r2 + 8));
            (c30, c31) = (Vector256.Load(r3), Vector256.Load(r3 + 8));
            (c40, c41) = (Vector256.Load(r4), Vector256.Load(r4 + 8));
            (c50, c51) = (Vector256.Load(r5), Vector256.Load(r5 + 8));
        }

        for (var l = 0; l < depth; l++)
        {
            var b0 = Vector256.Load(panel);
            var b1 = Vector256.Load(panel + 8);
            var x = Vector256.Create(a[0]);
            c00 = Vector256.FusedMultiplyAdd(x, b0, c00);
            c01 = Vector256.FusedMultiplyAdd(x, b1, c01);
            x = Vector256.Create(a[aRow]);
            c10 = Vector256.FusedMultiplyAdd(x, b0, c10);
            c11 = Vector256.FusedMultiplyAdd(x, b1, c11);
            x = Vector256.Create(a[2 * aRow]);
            c20 = Vector256.FusedMultiplyAdd(x, b0, c20);
            c21 = Vector256.FusedMultiplyAdd(x, b1, c21);
            x = Vector256.Create(a[3 * aRow]);
            c30 = Vector256.FusedMultiplyAdd(x, b0, c30);
            c31 = Vector256.FusedMultiplyAdd(x, b1, c31);
            x = Vector256.Create(a[4 * aRow]);
            c40 = Vector256.FusedMultiplyAdd(x, b0, c40);
            c41 = Vector256.FusedMultiplyAdd(x, b1, c41);
            x = Vector256.Create(a[5 * aRow]);
            c50 = Vector256.FusedMultiplyAdd(x, b0, c50);
            c51 = Vector256.FusedMultiplyAdd(x, b1, c51);
            a += aColumn;
            panel += TileColumns;
        }

        c00.Store(r0);
        c01.Store(r0 + 8);
        c10.Store(r1);
        c11.Store(r1 + 8);
        c20.Store(r2);
        c21.Store(r2 + 8);
        c30.Store(r3);
        c31.Store(r3 + 8);
        c40.Store(r4);
        c41.Store(r4 + 8);
        c50.Store(r5);
        c51.Store(r5 + 8);
    }
}
