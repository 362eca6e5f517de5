using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products;

/// <summary>
/// The product of block-quantized weights with activations of 15 bits. <typeparamref name="TBlock"/> only knows how to load a
/// block of 32 weights w_j = scale · q_j + min; <typeparamref name="TPath"/> multiplies them on one set of instructions:
/// <code>
///   y = Σ_blocks  fma( d · Σ_32 q · a,  scale,  · )  then  fma( min,  d · Σ_32 a,  · )        one block after the other
///                      whole, exact                             made when x was quantized
/// </code>
/// A batch of tokens meets the weights in tiles that were unpacked for it (<see cref="WeightTile"/>); a few tokens read the rows as they
/// lie in the file, four together where the path can. The inner sums are exact and the outer ones in the order of the blocks, so a token
/// gets the same bits in a batch of any length, alone, and on every machine.
/// </summary>
internal sealed unsafe partial class BlockMatMul<TBlock, TPath> : MatMul where TBlock : struct, IQuantizedBlock where TPath : struct, IBlockPath
{
    /// <summary>The kernel has no state: one serves all.</summary>
    public static readonly BlockMatMul<TBlock, TPath> Instance = new();

    private BlockMatMul() { }

    /// <inheritdoc/>
    public override bool ReadsQuantized => true;

    /// <inheritdoc/>
    public override void Run(in WeightMatrix weights, in MatMulInput x, float* y, int rowStart, int rowEnd, float* scratch)
    {
        if (x.Tokens < TPath.BatchFrom) RunRows(weights, x, y, rowStart, rowEnd, scratch);
        else RunTiles(weights, x, y, rowStart, rowEnd, new WeightTile(scratch));
    }

    /// <summary>Decode: the weights pass by once, as they lie in the mapped file.</summary>
    private static void RunRows(in WeightMatrix weights, in MatMulInput x, float* y, int rowStart, int rowEnd, float* scratch)
    {
        var product = new RowsProduct(weights.RowBytes, x.Quantized, weights.NOut, scratch);
        for (var row = rowStart; row < rowEnd; row += RowsProduct.Together)
        {
            var w = weights.Data + row * weights.RowBytes;
            var rows = Math.Min(RowsProduct.Together, rowEnd - row);
            var whole = rows == RowsProduct.Together;
            product.MoveTo(w, rows);
            if (!whole || !TPath.ReadsScalesInRows)
                TBlock.Scales(new BlockRange(w, weights.RowBytes, rows, first: 0, product.Blocks, RowsProduct.Together), product.Scales, product.Mins);
            for (var t = 0; t < x.Tokens;)
            {
                product.MoveTo(t, y + (long)t * weights.NOut + row);
                if (whole && TPath.HasFourTokens && t + 4 <= x.Tokens)
                {
                    TPath.FourTokens(product);
                    t += 4;
                    continue;
                }
                if (whole) TPath.Rows(product);
                else ScalarPath<TBlock>.Rows(product);
                t++;
            }
        }
    }

    /// <summary>Prefill: a tile is unpacked once and meets all tokens.</summary>
    private static void RunTiles(in WeightMatrix weights, in MatMulInput x, float* y, int rowStart, int rowEnd, in WeightTile tile)
    {
        var (blocks, rowBytes) = (x.Quantized.Blocks, weights.RowBytes);
        var groups = blocks / TBlock.BlocksTogether;
        var parts = WeightTile.PartsOf(blocks, TBlock.BlocksTogether);
        for (var row = rowStart; row < rowEnd; row += WeightTile.Rows)
        {
            var rows = Math.Min(WeightTile.Rows, rowEnd - row);
            var w = weights.Data + row * rowBytes;
            var ahead = new RowsAhead(w + WeightTile.Rows * rowBytes, (WeightTile.Rows * rowBytes + parts - 1) / parts);
            for (var part = 0; part < parts; part++)
            {
                var first = groups * part / parts * TBlock.BlocksTogether;
                var count = groups * (part + 1) / parts * TBlock.BlocksTogether - first;
                var range = new BlockRange(w, rowBytes, rows, first, count, WeightTile.Rows);
                TBlock.Scales(range, tile.Scales, tile.Mins);
                TPath.Unpack(range, tile);
                ahead.Prefetch();
                var product = new TileProduct(tile, range, x, y + row, weights.NOut);
                if (rows == WeightTile.Rows) TPath.Batch(product);
                else PartOfTile(product, rows);
            }
        }
    }

    /// <summary>The tile at the end of a matrix whose rows do not fill it: token by token, with a whole tile's outputs beside y.</summary>
    private static void PartOfTile(in TileProduct product, int rows)
    {
        var whole = stackalloc float[WeightTile.Rows];
        for (var t = 0; t < product.Tokens; t++)
        {
            var y = product.OutputsOf(t, row: 0);
            if (product.Adds) Buffer.MemoryCopy(y, whole, WeightTile.Rows * sizeof(float), rows * sizeof(float));
            TPath.Batch(product.Token(t, whole));
            Buffer.MemoryCopy(whole, y, rows * sizeof(float), rows * sizeof(float));
        }
    }
}
