using System.Runtime.CompilerServices;

namespace LoRDBA.Runtime.Kernels.Products;

/// <summary>
/// A place in the weights of a tile. Two small structs, this and <see cref="TokenCursor"/>, stay in registers; one large one would not.
/// </summary>
internal unsafe struct WeightCursor
{
    /// <summary>The codes ahead, from the cursor's first row on. Loops move it themselves: how far depends on their path.</summary>
    public short* Codes;

    /// <summary>Scales of the block at hand, from the cursor's first row on.</summary>
    public float* Scales;

    /// <summary>Minima of the block at hand, from the cursor's first row on.</summary>
    public float* Mins;

    /// <param name="tile">The tile.</param>
    /// <param name="row">The cursor's first row.</param>
    /// <param name="codesTogether">Of 16 bits: how many of a row lie beside each other.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public WeightCursor(in WeightTile tile, int row, int codesTogether)
    {
        Codes = tile.Codes + codesTogether * row;
        Scales = tile.Scales + row;
        Mins = tile.Mins + row;
    }

    /// <summary>To the scales and minima of the next block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void NextBlock()
    {
        Scales += WeightTile.Rows;
        Mins += WeightTile.Rows;
    }
}

/// <summary>A place in the activations of a token, and of those after it.</summary>
internal unsafe struct TokenCursor
{
    /// <summary>The codes ahead. Loops move it themselves.</summary>
    public short* Codes;

    /// <summary>Scale of the block at hand.</summary>
    public float* Scale;

    /// <summary>Sum of the block at hand: see <see cref="QuantizedRows"/>.</summary>
    public float* Sum;

    /// <summary>The first block of a token.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TokenCursor(in TileProduct product, int token)
    {
        Codes = product.Codes + token * product.Width;
        Scale = product.Scales + token * product.Blocks;
        Sum = product.Sums + token * product.Blocks;
    }

    /// <summary>To the scale and the sum of the next block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void NextBlock()
    {
        Scale++;
        Sum++;
    }
}
