using System.Runtime.CompilerServices;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products;

/// <summary>
/// The product of a tile with tokens: y[t][0 .. 32). A tile holds some of a row's channels: the first tile of a row sets y, the others add
/// to it. The activations start at the tile's first channel.
/// </summary>
internal readonly unsafe struct TileProduct
{
    /// <summary>All tokens of a batch.</summary>
    public TileProduct(in WeightTile tile, in BlockRange range, in MatMulInput x, float* y, long stride)
    {
        var rows = x.Quantized;
        (Tile, Tokens, Adds, Count) = (tile, x.Tokens, range.First != 0, range.Count);
        (Width, Blocks, Stride) = (rows.Width, rows.Blocks, stride);
        Codes = rows.CodesOf(0) + range.First * QuantizedRows.BlockLength;
        Scales = rows.ScalesOf(0) + range.First;
        Sums = rows.SumsOf(0) + range.First;
        Y = y;
    }

    /// <summary>A tile of columns times gradients into which the scales of its rows are folded; it adds to y.</summary>
    public TileProduct(in WeightTile tile, in FoldedRows rows, int count, int tokens, float* y, long stride)
    {
        (Tile, Tokens, Adds, Count) = (tile, tokens, true, count);
        (Width, Blocks, Stride) = (WeightTile.MaxBlocks * QuantizedRows.BlockLength, WeightTile.MaxBlocks, stride);
        Codes = rows.Codes;
        Scales = rows.Scales;
        Sums = rows.Sums;
        Y = y;
    }

    private TileProduct(in TileProduct all, int token, float* y)
    {
        this = all;
        Tokens = 1;
        Codes += token * Width;
        Scales += token * Blocks;
        Sums += token * Blocks;
        Y = y;
    }

    public WeightTile Tile { get; }

    public int Tokens { get; }

    /// <summary>Whether y already holds the sum over earlier channels.</summary>
    public bool Adds { get; }

    /// <summary>Blocks of the tile.</summary>
    public int Count { get; }

    /// <summary>Codes from one token to the next.</summary>
    public long Width { get; }

    /// <summary>Scales, and sums, from one token to the next.</summary>
    public long Blocks { get; }

    /// <summary>Outputs from one token to the next.</summary>
    public long Stride { get; }

    public short* Codes { get; }

    public float* Scales { get; }

    public float* Sums { get; }

    public float* Y { get; }

    /// <summary>The outputs of a token, from a row of the tile on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float* OutputsOf(int token, int row) => Y + token * Stride + row;

    /// <summary>One token of it, to outputs elsewhere.</summary>
    public TileProduct Token(int token, float* y) => new(this, token, y);
}
