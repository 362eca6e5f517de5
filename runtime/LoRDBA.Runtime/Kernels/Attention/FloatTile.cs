using System.Runtime.Intrinsics.X86;

namespace LoRDBA.Runtime.Kernels.Attention;

/// <summary>
/// c ← factor ⊙ c + a b, in float32, 4 or 8 rows at a time: a [rows][depth], b [depth][columns], c [rows][columns], one factor a row.
/// Each element of c is one chain of additions in the order of the depth, whatever the rows beside it.
/// </summary>
internal static unsafe class FloatTile
{
    /// <summary>8 rows.</summary>
    /// <param name="a">[8][<paramref name="aStride"/>]</param>
    /// <param name="aStride">Floats from row to row.</param>
    /// <param name="b">[depth][<paramref name="bStride"/>]</param>
    /// <param name="bStride">Floats from row to row.</param>
    /// <param name="depth">Summands.</param>
    /// <param name="c">[8][<paramref name="cStride"/>]</param>
    /// <param name="cStride">Floats from row to row.</param>
    /// <param name="columns">A multiple of the tile's.</param>
    /// <param name="factors">[8], finite; null: c is not read.</param>
    public static void Rows8<TColumns>(float* a, int aStride, float* b, int bStride, int depth, float* c, int cStride, int columns, float* factors)
        where TColumns : struct, IColumns<TColumns>
    {
        float* a1 = a + aStride, a2 = a1 + aStride, a3 = a2 + aStride, a4 = a3 + aStride, a5 = a4 + aStride, a6 = a5 + aStride, a7 = a6 + aStride;
        for (var column = 0; column < columns; column += TColumns.Count, b += TColumns.Count, c += TColumns.Count)
        {
            TColumns c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default;
            if (factors is not null)
            {
                c0 = TColumns.Multiply(factors, TColumns.Load(c));
                c1 = TColumns.Multiply(factors + 1, TColumns.Load(c + cStride));
                c2 = TColumns.Multiply(factors + 2, TColumns.Load(c + 2 * cStride));
                c3 = TColumns.Multiply(factors + 3, TColumns.Load(c + 3 * cStride));
                c4 = TColumns.Multiply(factors + 4, TColumns.Load(c + 4 * cStride));
                c5 = TColumns.Multiply(factors + 5, TColumns.Load(c + 5 * cStride));
                c6 = TColumns.Multiply(factors + 6, TColumns.Load(c + 6 * cStride));
                c7 = TColumns.Multiply(factors + 7, TColumns.Load(c + 7 * cStride));
            }

            var row = b;
            for (nint k = 0; k < depth; k++, row += bStride)
            {
                var v = TColumns.Load(row);
                c0 = TColumns.MultiplyAdd(a + k, v, c0);
                c1 = TColumns.MultiplyAdd(a1 + k, v, c1);
                c2 = TColumns.MultiplyAdd(a2 + k, v, c2);
                c3 = TColumns.MultiplyAdd(a3 + k, v, c3);
                c4 = TColumns.MultiplyAdd(a4 + k, v, c4);
                c5 = TColumns.MultiplyAdd(a5 + k, v, c5);
                c6 = TColumns.MultiplyAdd(a6 + k, v, c6);
                c7 = TColumns.MultiplyAdd(a7 + k, v, c7);
            }

            TColumns.Store(c0, c);
            TColumns.Store(c1, c + cStride);
            TColumns.Store(c2, c + 2 * cStride);
            TColumns.Store(c3, c + 3 * cStride);
            TColumns.Store(c4, c + 4 * cStride);
            TColumns.Store(c5, c + 5 * cStride);
            TColumns.Store(c6, c + 6 * cStride);
            TColumns.Store(c7, c + 7 * cStride);
        }
    }

    /// <summary>4 rows; see <see cref="Rows8"/>. b may be 16-bit floats (ushort): so few rows do not repay unpacking it first, and as
    /// many bytes at <paramref name="ahead"/> are asked for, which comes next.</summary>
    public static void Rows4<TColumns, T>(float* a, int aStride, T* b, int bStride, int depth, float* c, int cStride, int columns, float* factors, byte* ahead)
        where TColumns : struct, IColumns<TColumns>
        where T : unmanaged
    {
        float* a1 = a + aStride, a2 = a1 + aStride, a3 = a2 + aStride;
        for (var column = 0; column < columns; column += TColumns.Count, b += TColumns.Count, c += TColumns.Count)
        {
            TColumns c0 = default, c1 = default, c2 = default, c3 = default;
            if (factors is not null)
            {
                c0 = TColumns.Multiply(factors, TColumns.Load(c));
                c1 = TColumns.Multiply(factors + 1, TColumns.Load(c + cStride));
                c2 = TColumns.Multiply(factors + 2, TColumns.Load(c + 2 * cStride));
                c3 = TColumns.Multiply(factors + 3, TColumns.Load(c + 3 * cStride));
            }

            var row = b;
            for (nint k = 0; k < depth; k++, row += bStride)
            {
                if (Sse.IsSupported && typeof(T) == typeof(ushort))
                {
                    Sse.Prefetch0(ahead);
                    ahead += TColumns.Count * sizeof(ushort);
                }
                var v = typeof(T) == typeof(float) ? TColumns.Load((float*)row) : TColumns.LoadHalf((ushort*)row);
                c0 = TColumns.MultiplyAdd(a + k, v, c0);
                c1 = TColumns.MultiplyAdd(a1 + k, v, c1);
                c2 = TColumns.MultiplyAdd(a2 + k, v, c2);
                c3 = TColumns.MultiplyAdd(a3 + k, v, c3);
            }

            TColumns.Store(c0, c);
            TColumns.Store(c1, c + cStride);
            TColumns.Store(c2, c + 2 * cStride);
            TColumns.Store(c3, c + 3 * cStride);
        }
    }
}
