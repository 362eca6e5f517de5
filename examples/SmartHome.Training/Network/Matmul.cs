using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LoRDBA.Examples.SmartHome.Training.Network;

/// <summary>
/// The one product that training needs, C[m, n] = A[m, k] · B[k, n], or C += A · B. A is read one number at a time, so it may
/// lie transposed; the rows of B and C must be contiguous and n a multiple of 8.
/// <para>Every element of C is summed in the order of k with fused multiply-adds, so that the bits do not depend on the
/// machine's vectors.</para>
/// </summary>
internal static unsafe class Matmul
{
    // A tile of C stays in registers while k runs: 6 rows of two vectors = 12 accumulators, two vectors of B, one broadcast
    // of A make 15 of the 16 registers of AVX2.
    private const int TileRows = 6;
    private const int TileColumns = 16;

    // B is walked in panels of 256 rows by 16 columns, copied together once (16 KiB, half the first-level cache): rows of B
    // lie a power of two apart and would push each other out of the cache.
    private const int PanelRows = 256;

    /// <summary>C[m, n] = A · B + (accumulate ? C : 0), where A[i, l] is <c>a[i * aRow + l * aColumn]</c>.</summary>
    public static void Multiply(int m, int n, int k, float* a, int aRow, int aColumn, float* b, float* c, bool accumulate)
    {
        if (n % 8 != 0) throw new ArgumentException($"{n} columns are not a multiple of 8.", nameof(n));
        var panel = stackalloc float[PanelRows * TileColumns];
        for (var start = 0; start < k; start += PanelRows)
        {
            var depth = Math.Min(PanelRows, k - start);
            for (var column = 0; column < n; column += TileColumns)
            {
                var columns = Math.Min(TileColumns, n - column);
                for (var l = 0; l < depth; l++)
                    new ReadOnlySpan<float>(b + (long)(start + l) * n + column, columns).CopyTo(new Span<float>(panel + l * TileColumns, TileColumns));
                for (var row = 0; row < m; row += TileRows)
                {
                    Tile(Math.Min(TileRows, m - row), columns, depth, a + (long)row * aRow + (long)start * aColumn, aRow, aColumn,
                        panel, c + (long)row * n + column, n, accumulate || start > 0);
                }
            }
        }
    }

    private static void Tile(int rows, int columns, int depth, float* a, int aRow, int aColumn, float* panel, float* c, int stride, bool accumulate)
    {
        if (rows == TileRows && columns == TileColumns)
        {
            FullTile(depth, a, aRow, aColumn, panel, c, stride, accumulate);
            return;
        }

        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column += 8)
            {
                var sum = accumulate ? Vector256.Load(c + row * stride + column) : Vector256<float>.Zero;
                for (var l = 0; l < depth; l++)
                    sum = Vector256.FusedMultiplyAdd(Vector256.Create(a[row * aRow + l * aColumn]), Vector256.Load(panel + l * TileColumns + column), sum);
                sum.Store(c + row * stride + column);
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
