using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products;

/// <content>
/// The way back, dx += Wᵀ dy. The sum runs over rows, each of which has scales of its own: they are folded into the gradients
/// (<see cref="FoldedRows"/>), and what is left is the batch product of the way forward with columns in the place of rows:
/// <code>
///   dx[column]  +=  Σ_32 rows:  fma( d · D · Σ_32 q · a', 1, · )        a' = round(a · scale_row / D),  D the largest scale of the 32 rows
///   then, per tile of up to 288 rows:  fma( 1, Σ min_row · dy_row, · )
/// </code>
/// </content>
internal sealed unsafe partial class BlockMatMul<TBlock, TPath>
{
    /// <inheritdoc/>
    public override void RunTransposed(in WeightMatrix weights, in MatMulInput dy, float* dx, int columnStart, int columnEnd, float* scratch)
    {
        const int length = QuantizedRows.BlockLength;
        if (weights.NOut % length != 0)
        {
            // Gradients of no whole blocks are not quantized.
            FloatMatMul.Instance.RunTransposed(weights, dy, dx, columnStart, columnEnd, scratch);
            return;
        }

        var rows = new FoldedRows(scratch);
        new Span<float>(rows.Tile.Scales, WeightTile.MaxBlocks * WeightTile.Rows).Fill(1);
        new Span<float>(rows.Tile.Mins, WeightTile.MaxBlocks * WeightTile.Rows).Fill(1);
        new Span<float>(rows.Sums, FoldedRows.Tokens * WeightTile.MaxBlocks).Clear();
        var blocks = weights.NOut / length;
        var parts = (blocks + WeightTile.MaxBlocks - 1) / WeightTile.MaxBlocks;
        for (var column = columnStart; column < columnEnd; column += length)
            for (var part = 0; part < parts; part++)
            {
                var first = blocks * part / parts;
                RunColumns(weights, dy, dx, column, first * length, blocks * (part + 1) / parts - first, rows);
            }
    }

    /// <summary>32 columns of up to 288 rows: they are unpacked once and meet all tokens.</summary>
    private static void RunColumns(in WeightMatrix weights, in MatMulInput dy, float* dx, int column, int row, int blocks, in FoldedRows rows)
    {
        var count = blocks * QuantizedRows.BlockLength;
        var range = new BlockRange(weights.Data + row * weights.RowBytes, weights.RowBytes, count, column / QuantizedRows.BlockLength, count: 1, stride: count);
        ReadScales(range, rows.RowScales, rows.RowMins);
        rows.MakeFactors(blocks);
        TPath.UnpackColumns(range, rows.Tile);
        for (var t = 0; t < dy.Tokens; t += FoldedRows.Tokens)
        {
            var tokens = Math.Min(FoldedRows.Tokens, dy.Tokens - t);
            rows.Fold(dy, t, tokens, row, blocks, TBlock.HasMin);
            TPath.BatchOfColumns(new TileProduct(rows.Tile, rows, blocks, tokens, dx + (long)t * weights.NIn + column, weights.NIn));
        }
    }

    /// <summary>Scales and minima of one block of many rows: those of a super-block are read for sixteen rows, and one block's are kept.</summary>
    private static void ReadScales(in BlockRange range, float* scales, float* mins)
    {
        const int together = RowsProduct.Together;
        if (TBlock.BlocksTogether == 1)
        {
            TBlock.Scales(range, scales, mins);
            return;
        }
        float* allScales = stackalloc float[TBlock.BlocksTogether * together], allMins = stackalloc float[TBlock.BlocksTogether * together];
        var block = range.First % TBlock.BlocksTogether;
        for (var r = 0; r < range.Rows; r += together)
        {
            var rows = Math.Min(together, range.Rows - r);
            TBlock.Scales(
                new BlockRange(range.RowAt(r), range.RowBytes, rows, range.First - block, TBlock.BlocksTogether, together), allScales, allMins);
            new Span<float>(allScales + block * together, rows).CopyTo(new Span<float>(scales + r, rows));
            if (TBlock.HasMin) new Span<float>(allMins + block * together, rows).CopyTo(new Span<float>(mins + r, rows));
        }
    }
}
