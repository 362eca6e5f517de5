using System.Runtime.Intrinsics;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products.Arm64;

/// <summary>Fills tiles for dot products of bytes, which take four channels of a row at once.</summary>
internal static unsafe class DpUnpacking<TBlock> where TBlock : struct, IQuantizedBlock
{
    /// <summary>Four channels of 8 bits are 32 bits, as a pair of 16 bits: they are turned as pairs are.</summary>
    public static void Run(in BlockRange range, in WeightTile tile)
    {
        for (var r = 0; r < WeightTile.Rows; r += 4)
        {
            byte* row0 = range.RowAt(r), row1 = range.RowAt(r + 1), row2 = range.RowAt(r + 2), row3 = range.RowAt(r + 3);
            var to = tile.Codes + 2 * r;
            for (var b = 0; b < range.Count; b++, to += QuantizedRows.BlockLength / 4 * WeightTile.PairStride)
            {
                var block = range.First + b;
                var offset = TBlock.Offset(block);
                var (w0, w1) = (TBlock.Load(row0 + offset, block), TBlock.Load(row1 + offset, block));
                var (w2, w3) = (TBlock.Load(row2 + offset, block), TBlock.Load(row3 + offset, block));
                RowTranspose.Four(w0.GetLower().AsInt32(), w1.GetLower().AsInt32(), w2.GetLower().AsInt32(), w3.GetLower().AsInt32(), to);
                RowTranspose.Four(
                    w0.GetUpper().AsInt32(), w1.GetUpper().AsInt32(), w2.GetUpper().AsInt32(), w3.GetUpper().AsInt32(),
                    to + 4 * WeightTile.PairStride);
            }
        }
    }
}
