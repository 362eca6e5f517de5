using System.Runtime.Intrinsics;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products;

/// <summary>The scalar twin: what the vector paths have to equal, to the bit, and the path of machines without one.</summary>
internal readonly unsafe struct ScalarPath<TBlock> : IBlockPath where TBlock : struct, IQuantizedBlock
{
    /// <summary>Any number of rows times one token.</summary>
    public static void Rows(in RowsProduct product)
    {
        var q = stackalloc short[QuantizedRows.BlockLength];
        for (var r = 0; r < product.Rows; r++)
        {
            var sum = 0f;
            for (var b = 0; b < product.Blocks; b++)
            {
                LoadWide(product.Weights + r * product.RowBytes + TBlock.Offset(b), b, q);
                var a = product.Codes + b * QuantizedRows.BlockLength;
                var products = 0;
                for (var j = 0; j < QuantizedRows.BlockLength; j++) products += q[j] * a[j];
                sum = MathF.FusedMultiplyAdd(products * product.TokenScales[b], product.Scales[b * RowsProduct.Together + r], sum);
                if (TBlock.HasMin) sum = MathF.FusedMultiplyAdd(product.Mins[b * RowsProduct.Together + r], product.TokenSums[b], sum);
            }
            product.Y[r] = sum;
        }
    }

    public static void Unpack(in BlockRange range, in WeightTile tile) => PairUnpacking<TBlock>.Run(range, tile);

    public static void UnpackColumns(in BlockRange range, in WeightTile tile) => ColumnUnpacking<TBlock>.Pairs(range, tile);

    public static void BatchOfColumns(in TileProduct product) => Batch(product);

    public static void Batch(in TileProduct p)
    {
        for (var t = 0; t < p.Tokens; t++)
            for (var r = 0; r < WeightTile.Rows; r++)
            {
                ref var y = ref *p.OutputsOf(t, r);
                var sum = p.Adds ? y : 0;
                for (var b = 0; b < p.Count; b++)
                {
                    var a = p.Codes + t * p.Width + b * QuantizedRows.BlockLength;
                    var products = 0;
                    for (var j = 0; j < QuantizedRows.BlockLength; j++) products += CodeOf(p.Tile, b, r, j) * a[j];
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
