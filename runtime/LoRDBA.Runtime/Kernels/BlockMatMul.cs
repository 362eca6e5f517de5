using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Kernels;

/// <summary>
/// The product of block-quantized weights with activations of 15 bits. <typeparamref name="TBlock"/> only knows how to load a
/// block of 32 weights w_j = scale · q_j + min; everything else is written once, per instruction set, in the files beside this one:
/// <code>
///   y = Σ_blocks  fma( d · Σ_32 q · a,  scale,  · )  then  fma( min,  d · Σ_32 a,  · )        one block after the other
///                      whole, exact                             made when x was quantized
/// </code>
/// A batch of tokens meets the weights in tiles that were unpacked for it (<see cref="WeightTile"/>); a few tokens read the rows as they lie in
/// the file. The inner sums are exact and the outer ones in the order of the blocks, so a token gets the same bits in a batch of any
/// length, alone, and on every machine.
/// </summary>
internal sealed unsafe partial class BlockMatMul<TBlock> : MatMul where TBlock : struct, IQuantizedBlock
{
    /// <summary>The kernel of this machine; one serves all.</summary>
    public static readonly BlockMatMul<TBlock> Instance = new(InstructionSets.Best);

    /// <summary>From so many tokens on, unpacking a tile pays.</summary>
    private const int BatchFrom = 4;

    /// <summary>Rows that a few tokens meet together: as many as a register of 512 bits has lanes.</summary>
    private const int RowsTogether = 16;

    private readonly InstructionSet path;

    // A factor for half a block does not fit a dot product of bytes.
    private BlockMatMul(InstructionSet path) => this.path = path == InstructionSet.Dp && TBlock.HasFactors ? InstructionSet.AdvSimd : path;

    /// <inheritdoc/>
    public override bool ReadsQuantized => true;

    /// <inheritdoc/>
    public override MatMul On(InstructionSet path) => new BlockMatMul<TBlock>(path);

    /// <inheritdoc/>
    public override void Run(Linear weights, in MatMulInput x, float* y, int rowStart, int rowEnd, float* scratch)
    {
        if (x.Tokens < BatchFrom) RunRows(weights, x, y, rowStart, rowEnd, scratch);
        else RunTiles(weights, x, y, rowStart, rowEnd, new WeightTile(scratch));
    }

    /// <summary>Decode: the weights pass by once, as they lie in the mapped file.</summary>
    private void RunRows(Linear weights, in MatMulInput x, float* y, int rowStart, int rowEnd, float* scratch)
    {
        var blocks = x.Quantized.Blocks;
        var scales = scratch;
        var mins = scratch + blocks * RowsTogether;
        for (var row = rowStart; row < rowEnd; row += RowsTogether)
        {
            var w = weights.Data + row * weights.RowBytes;
            var rows = Math.Min(RowsTogether, rowEnd - row);
            if (!ReadsScalesInRows || rows < RowsTogether) TBlock.Scales(new BlockRange(w, weights.RowBytes, rows, first: 0, blocks, RowsTogether), scales, mins);
            for (var t = 0; t < x.Tokens; t++)
                Rows(w, weights.RowBytes, rows, scales, mins, x.Quantized, t, y + (long)t * weights.NOut + row);
        }
    }

    /// <summary>Prefill: a tile is unpacked once and meets all tokens.</summary>
    private void RunTiles(Linear weights, in MatMulInput x, float* y, int rowStart, int rowEnd, in WeightTile tile)
    {
        var blocks = x.Quantized.Blocks;
        var parts = (blocks + WeightTile.MaxBlocks - 1) / WeightTile.MaxBlocks;
        for (var row = rowStart; row < rowEnd; row += WeightTile.Rows)
        {
            var rows = Math.Min(WeightTile.Rows, rowEnd - row);
            var w = weights.Data + row * weights.RowBytes;
            var ahead = new RowsAhead(w, WeightTile.Rows * weights.RowBytes, parts);
            for (var part = 0; part < parts; part++)
            {
                var first = blocks * part / parts;
                var range = new BlockRange(w, weights.RowBytes, rows, first, blocks * (part + 1) / parts - first, WeightTile.Rows);
                Unpack(range, tile);
                ahead.Prefetch();
                Batch(new TileProduct(tile, range, x, y + row, weights.NOut), rows);
            }
        }
    }

    /// <summary>y[0 .. rows) = rows of W times one token.</summary>
    private void Rows(byte* w, long rowBytes, int rows, float* scales, float* mins, in QuantizedRows x, int token, float* y)
    {
        if (rows == RowsTogether && path == InstructionSet.Avx512 && TBlock.IsNarrow) RowsNarrow(w, rowBytes, scales, mins, x, token, y);
        else if (rows == RowsTogether && path == InstructionSet.Avx512) RowsAvx512(w, rowBytes, scales, mins, x, token, y);
        else if (rows == RowsTogether && path == InstructionSet.Avx2) RowsAvx2(w, rowBytes, scales, mins, x, token, y);
        else if (rows == RowsTogether && path == InstructionSet.Dp) RowsDp(w, rowBytes, scales, mins, x, token, y);
        else if (rows == RowsTogether && path == InstructionSet.AdvSimd) RowsAdvSimd(w, rowBytes, scales, mins, x, token, y);
        else RowsScalar(w, rowBytes, rows, scales, mins, x, token, y);
    }

    /// <summary>All tokens times a tile.</summary>
    private void Batch(in TileProduct product, int rows)
    {
        if (rows < WeightTile.Rows) BatchPart(product, rows);
        else if (path == InstructionSet.Avx512) BatchAvx512(product);
        else if (path == InstructionSet.Avx2) BatchAvx2(product);
        else if (path == InstructionSet.Dp) BatchDp(product);
        else if (path == InstructionSet.AdvSimd) BatchAdvSimd(product);
        else BatchScalar(product);
    }

    /// <summary>The tile at the end of a matrix whose rows do not fill it: token by token, with a whole tile's outputs beside y.</summary>
    private void BatchPart(in TileProduct product, int rows)
    {
        var whole = stackalloc float[WeightTile.Rows];
        for (var t = 0; t < product.Tokens; t++)
        {
            var y = product.Y + t * product.Stride;
            if (product.Adds) Buffer.MemoryCopy(y, whole, WeightTile.Rows * sizeof(float), rows * sizeof(float));
            Batch(product.Token(t, whole), WeightTile.Rows);
            Buffer.MemoryCopy(whole, y, rows * sizeof(float), rows * sizeof(float));
        }
    }
}
