using System.Runtime.Intrinsics;

namespace LoRDBA.Runtime.Kernels;

/// <content>The scalar twins: what the vector paths have to equal, to the bit, and the path of machines without one.</content>
internal sealed unsafe partial class BlockMatMul<TBlock>
{
    private static void RowsScalar(byte* w, long rowBytes, int rows, float* scales, float* mins, in QuantizedRows x, int token, float* y)
    {
        var q = stackalloc short[QuantizedRows.BlockLength];
        for (var r = 0; r < rows; r++, w += rowBytes)
        {
            var sum = 0f;
            for (var b = 0; b < x.Blocks; b++)
            {
                LoadWide(w + TBlock.Offset(b), b, q);
                var a = x.CodesOf(token) + b * QuantizedRows.BlockLength;
                var products = 0;
                for (var j = 0; j < QuantizedRows.BlockLength; j++) products += q[j] * a[j];
                sum = MathF.FusedMultiplyAdd(products * x.ScalesOf(token)[b], scales[b * RowsTogether + r], sum);
                if (TBlock.HasMin) sum = MathF.FusedMultiplyAdd(mins[b * RowsTogether + r], x.SumsOf(token)[b], sum);
            }
            y[r] = sum;
        }
    }

    private static void BatchScalar(in TileProduct p)
    {
        for (var t = 0; t < p.Tokens; t++)
            for (var r = 0; r < WeightTile.Rows; r++)
            {
                ref var y = ref p.Y[t * p.Stride + r];
                var sum = p.Adds ? y : 0;
                for (var b = 0; b < p.Count; b++)
                {
                    var products = 0;
                    for (var j = 0; j < QuantizedRows.BlockLength; j++) products += CodeOf(p.Tile, b, r, j) * p.Codes[t * p.Width + b * QuantizedRows.BlockLength + j];
                    sum = MathF.FusedMultiplyAdd(products * p.Scales[t * p.Blocks + b], p.Tile.Scales[b * WeightTile.Rows + r], sum);
                    if (TBlock.HasMin) sum = MathF.FusedMultiplyAdd(p.Tile.Mins[b * WeightTile.Rows + r], p.Sums[t * p.Blocks + b], sum);
                }
                y = sum;
            }
    }

    private static short CodeOf(in WeightTile tile, int block, int row, int channel) =>
        tile.Codes[(block * QuantizedRows.BlockLength + channel) / 2 * WeightTile.PairStride + 2 * row + channel % 2];

    /// <summary>A block's 32 weights over Scale, in 16 bits, with the factors of its halves.</summary>
    private static void LoadWide(byte* at, int block, short* q)
    {
        var codes = TBlock.Load(at, block);
        TBlock.Factors(at, block, out var f0, out var f1);
        (Vector256.WidenLower(codes) * f0).Store(q);
        (Vector256.WidenUpper(codes) * f1).Store(q + 16);
    }
}
