namespace LoRDBA.Runtime.Kernels.Products;

/// <summary>
/// y = a few rows times one token, or times four from this one on. The weights are as they lie in the file, but for their scales.
/// </summary>
internal readonly unsafe ref struct RowsProduct
{
    /// <summary>Rows that a token meets together: as many as a register of 512 bits has lanes.</summary>
    public const int Together = 16;

    /// <param name="weights">The first row.</param>
    /// <param name="rowBytes">Bytes from one row to the next.</param>
    /// <param name="rows">How many rows; the vector paths take 16.</param>
    /// <param name="scales">[blocks][16]</param>
    /// <param name="mins">[blocks][16]; filled if the format has minima.</param>
    /// <param name="x">The activations.</param>
    /// <param name="token">Which of them.</param>
    /// <param name="y">[rows]</param>
    /// <param name="stride">Outputs from one token to the next.</param>
    public RowsProduct(byte* weights, long rowBytes, int rows, float* scales, float* mins,
        in QuantizedRows x, int token, float* y, long stride)
    {
        (RowBytes, Rows, Blocks) = (rowBytes, rows, x.Blocks);
        Weights = weights;
        Scales = scales;
        Mins = mins;
        Codes = x.CodesOf(token);
        TokenScales = x.ScalesOf(token);
        TokenSums = x.SumsOf(token);
        TokenTotals = x.TotalsOf(token);
        Y = y;
        Stride = stride;
    }

    /// <summary>The first row's blocks.</summary>
    public byte* Weights { get; }

    /// <summary>Bytes from one row to the next.</summary>
    public long RowBytes { get; }

    /// <summary>How many rows.</summary>
    public int Rows { get; }

    /// <summary>Scales of the weights, [blocks][16].</summary>
    public float* Scales { get; }

    /// <summary>Minima of the weights, [blocks][16].</summary>
    public float* Mins { get; }

    /// <summary>Blocks in a row.</summary>
    public int Blocks { get; }

    /// <summary>The token's codes, [blocks][32].</summary>
    public short* Codes { get; }

    /// <summary>The token's scales, [blocks].</summary>
    public float* TokenScales { get; }

    /// <summary>The token's sums, [blocks]: see <see cref="QuantizedRows"/>.</summary>
    public float* TokenSums { get; }

    /// <summary>The token's totals, [blocks].</summary>
    public int* TokenTotals { get; }

    /// <summary>[rows]</summary>
    public float* Y { get; }

    /// <summary>Outputs from one token to the next.</summary>
    public long Stride { get; }
}
