using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products.X64;

/// <summary>AVX-512: fills tiles with pairs of 16-bit codes.</summary>
internal static unsafe class Avx512Unpacking<TBlock> where TBlock : struct, IQuantizedBlock
{
    public static void Run(in BlockRange range, in WeightTile tile)
    {
        if (range.Rows < WeightTile.Rows)
        {
            PairUnpacking<TBlock>.Run(range, tile);
            return;
        }
        for (var r = 0; r < WeightTile.Rows; r += Avx512Quads<TBlock>.Rows)
        {
            var row = range.RowAt(r);
            var to = tile.Codes + 2 * r;
            for (var b = 0; b < range.Count; b++, to += QuantizedRows.BlockLength / 2 * WeightTile.PairStride)
                UnpackBlock(row + TBlock.Offset(range.First + b), range.RowBytes, range.First + b, to);
        }
    }

    private static void UnpackBlock(byte* at, long rowBytes, int block, short* to)
    {
        var order = Avx512Quads<TBlock>.Order;
        Avx512Quads<TBlock>.Factors(at, rowBytes, block, out var f0, out var f1);
        Avx512Quads<TBlock>.EightRows(at, rowBytes, block, order, out var t0, out var t1, out var t2, out var t3);
        Avx512Quads<TBlock>.EightRows(at + 8 * rowBytes, rowBytes, block, order, out var u0, out var u1, out var u2, out var u3);
        Store(t0, u0, f0, f1, to);
        Store(t1, u1, f0, f1, to + 2 * WeightTile.PairStride);
        Store(t2, u2, f0, f1, to + 4 * WeightTile.PairStride);
        Store(t3, u3, f0, f1, to + 6 * WeightTile.PairStride);
    }

    /// <summary>Four channels of sixteen rows, and the four that lie 16 channels beyond.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<long> t, Vector512<long> u, Vector512<short> f0, Vector512<short> f1, short* to)
    {
        Avx512Quads<TBlock>.Widen(Avx512Quads<TBlock>.Near(t, u), f0, out var pair0, out var pair1);
        pair0.Store(to);
        pair1.Store(to + WeightTile.PairStride);
        Avx512Quads<TBlock>.Widen(Avx512Quads<TBlock>.Far(t, u), f1, out pair0, out pair1);
        pair0.Store(to + 8 * WeightTile.PairStride);
        pair1.Store(to + 9 * WeightTile.PairStride);
    }
}
