using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products;

/// <summary>
/// Fills tiles for the transposed product: one block of 32 columns of up to 288 rows. A row's codes lie beside each other in the file and in
/// the tile, so nothing is turned.
/// </summary>
internal static unsafe class ColumnUnpacking<TBlock> where TBlock : struct, IQuantizedBlock
{
    /// <summary>
    /// For x64 and the scalar path, two rows beside each other:
    /// <code>
    /// pair 0:  | c0: row 0, row 1 | c1: row 0, row 1 | ... | c31 |    pair 1:  | c0: row 2, row 3 | ...      int16 [rows / 2][32][2]
    /// </code>
    /// </summary>
    public static void Pairs(in BlockRange range, in WeightTile tile)
    {
        var block = range.First;
        byte* at = range.Row + TBlock.Offset(block);
        short* to = tile.Codes;
        for (var r = 0; r < range.Rows; r += 2, at += 2 * range.RowBytes, to += WeightTile.PairStride)
        {
            Load(at, block, out var even0, out var even1);
            Load(at + range.RowBytes, block, out var odd0, out var odd1);
            Store(even0, odd0, to);
            Store(even1, odd1, to + WeightTile.Rows);
        }
    }

    /// <summary>For arm64, row after row: int16 [rows][32].</summary>
    public static void Channels(in BlockRange range, in WeightTile tile)
    {
        byte* at = range.Row + TBlock.Offset(range.First);
        short* to = tile.Codes;
        for (var r = 0; r < range.Rows; r++, at += range.RowBytes, to += WeightTile.Rows)
        {
            Load(at, range.First, out var q0, out var q1);
            q0.Store(to);
            q1.Store(to + WeightTile.Rows / 2);
        }
    }

    /// <summary>A block's weights over Scale, in 16 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load(byte* at, int block, out Vector256<short> q0, out Vector256<short> q1)
    {
        var q = TBlock.Load(at, block);
        (q0, q1) = (Vector256.WidenLower(q), Vector256.WidenUpper(q));
        if (!TBlock.HasFactors) return;
        TBlock.Factors(at, block, out var f0, out var f1);
        (q0, q1) = (q0 * f0, q1 * f1);
    }

    /// <summary>Sixteen columns of two rows, the even row's code in the lower half of 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<short> even, Vector256<short> odd, short* to)
    {
        var low = Vector256.Create(0xffff);
        ((Vector256.WidenLower(even) & low) | Vector256.WidenLower(odd) << 16).Store((int*)to);
        ((Vector256.WidenUpper(even) & low) | Vector256.WidenUpper(odd) << 16).Store((int*)to + 8);
    }
}
