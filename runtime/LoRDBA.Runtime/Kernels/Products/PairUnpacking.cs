using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products;

/// <summary>Fills tiles with pairs of 16-bit codes, as x64 and the scalar path read them.</summary>
internal static unsafe class PairUnpacking<TBlock> where TBlock : struct, IQuantizedBlock
{
    /// <summary>Four rows' pairs of codes are turned to four pairs' rows: see <see cref="RowTranspose"/>.</summary>
    public static void Run(in BlockRange range, in WeightTile tile)
    {
        for (var r = 0; r < WeightTile.Rows; r += 4)
        {
            byte* w0 = range.RowAt(r), w1 = range.RowAt(r + 1), w2 = range.RowAt(r + 2), w3 = range.RowAt(r + 3);
            var to = tile.Codes + 2 * r;
            for (var b = 0; b < range.Count; b++, to += QuantizedRows.BlockLength / 2 * WeightTile.PairStride)
            {
                var block = range.First + b;
                var offset = TBlock.Offset(block);
                Load(w0 + offset, block, out var a0, out var a1, out var a2, out var a3);
                Load(w1 + offset, block, out var b0, out var b1, out var b2, out var b3);
                Load(w2 + offset, block, out var c0, out var c1, out var c2, out var c3);
                Load(w3 + offset, block, out var d0, out var d1, out var d2, out var d3);
                RowTranspose.Four(a0, b0, c0, d0, to);
                RowTranspose.Four(a1, b1, c1, d1, to + 4 * WeightTile.PairStride);
                RowTranspose.Four(a2, b2, c2, d2, to + 8 * WeightTile.PairStride);
                RowTranspose.Four(a3, b3, c3, d3, to + 12 * WeightTile.PairStride);
            }
        }
    }

    /// <summary>A block in 16 bits: pairs 0-3, 4-7, 8-11 and 12-15.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load(
        byte* at, int block, out Vector128<int> w0, out Vector128<int> w1, out Vector128<int> w2, out Vector128<int> w3)
    {
        var q = TBlock.Load(at, block);
        var (q0, q1) = (q.GetLower(), q.GetUpper());
        var (s0, s1, s2, s3) = (Vector128.WidenLower(q0), Vector128.WidenUpper(q0), Vector128.WidenLower(q1), Vector128.WidenUpper(q1));
        if (TBlock.HasFactors)
        {
            TBlock.Factors(at, block, out var f0, out var f1);
            (s0, s1, s2, s3) = (s0 * f0, s1 * f0, s2 * f1, s3 * f1);
        }
        (w0, w1, w2, w3) = (s0.AsInt32(), s1.AsInt32(), s2.AsInt32(), s3.AsInt32());
    }
}
