using System.Runtime.CompilerServices;

namespace LoRDBA.Runtime.Kernels.Products;

/// <summary>
/// y = a few rows times one token, or times four from this one on. The weights are as they lie in the file, but for their scales.
/// </summary>
/// <remarks>
/// A matrix has one, which moves from rows to rows and from token to token. A new one for each would be copied as a whole, and the kernel
/// would wait for that copy: 5 % of a token's time.
/// </remarks>
internal unsafe ref struct RowsProduct
{
    /// <summary>Rows that a token meets together: as many as a register of 512 bits has lanes.</summary>
    public const int Together = 16;

    private readonly QuantizedRows x;

    /// <param name="rowBytes">Bytes from one row to the next.</param>
    /// <param name="x">The activations.</param>
    /// <param name="stride">Outputs from one token to the next.</param>
    /// <param name="scratch">[2][blocks][16], for scales and minima.</param>
    public RowsProduct(long rowBytes, in QuantizedRows x, long stride, float* scratch)
    {
        this.x = x;
        (RowBytes, Blocks, Stride) = (rowBytes, x.Blocks, stride);
        BlockBytes = (rowBytes + Blocks - 1) / Blocks;
        Scales = scratch;
        Mins = scratch + Blocks * Together;
    }

    /// <summary>The first row's blocks.</summary>
    public byte* Weights { get; private set; }

    /// <summary>Bytes from one row to the next.</summary>
    public long RowBytes { get; }

    /// <summary>Bytes of a block in one row, rounded up.</summary>
    public long BlockBytes { get; }

    /// <summary>How many rows; the vector paths take 16.</summary>
    public int Rows { get; private set; }

    /// <summary>Scales of the weights, [blocks][16].</summary>
    public float* Scales { get; }

    /// <summary>Minima of the weights, [blocks][16]; filled if the format has minima.</summary>
    public float* Mins { get; }

    /// <summary>Blocks in a row.</summary>
    public int Blocks { get; }

    /// <summary>The token's codes, [blocks][32].</summary>
    public short* Codes { get; private set; }

    /// <summary>The token's scales, [blocks].</summary>
    public float* TokenScales { get; private set; }

    /// <summary>The token's sums, [blocks]: see <see cref="QuantizedRows"/>.</summary>
    public float* TokenSums { get; private set; }

    /// <summary>The token's totals, [blocks].</summary>
    public int* TokenTotals { get; private set; }

    /// <summary>[rows]</summary>
    public float* Y { get; private set; }

    /// <summary>Outputs from one token to the next.</summary>
    public long Stride { get; }

    /// <summary>Takes other rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void MoveTo(byte* weights, int rows)
    {
        Weights = weights;
        Rows = rows;
    }

    /// <summary>Takes another token, with its outputs of these rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void MoveTo(int token, float* y)
    {
        Codes = x.CodesOf(token);
        TokenScales = x.ScalesOf(token);
        TokenSums = x.SumsOf(token);
        TokenTotals = x.TotalsOf(token);
        Y = y;
    }
}
