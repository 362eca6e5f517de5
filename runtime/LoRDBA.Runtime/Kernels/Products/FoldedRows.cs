namespace LoRDBA.Runtime.Kernels.Products;

/// <summary>
/// The memory of a transposed product: a tile of columns, and gradients of a few tokens that meet it. Weights of a row share a scale, and
/// the product sums over rows; so each row's scale goes into the gradient beforehand, and every lane of the tile has the scale 1.
/// </summary>
/// <remarks>
/// <code>
/// tile     codes, scales (all 1), minima (all 1)
/// codes    gradients of 15 bits times their row's scale          int16 [16 tokens][288]
/// scales   of these, per 32 rows                                 float [16][9]
/// sums     Σ over all rows of min · dy at the first 32, then 0   float [16][9]
/// factors  each row's scale over the largest of its 32, in Q15   int16 [288]
/// largest  the largest scale of 32 rows                          float [9]
/// row scales, row minima                                         float [288] each
/// </code>
/// </remarks>
internal readonly unsafe struct FoldedRows
{
    /// <summary>Tokens that are folded at a time: with the tile they fit a first-level cache of 32 KB.</summary>
    public const int Tokens = 16;

    private const int Blocks = WeightTile.MaxBlocks;
    private const int Width = Blocks * QuantizedRows.BlockLength;
    private const int CodeBytes = Tokens * Width * sizeof(short);
    private const int ScaleBytes = Tokens * Blocks * sizeof(float);
    private const int RowBytes = Width * sizeof(float);

    /// <summary>Bytes in all, a multiple of 64.</summary>
    public const int ByteLength = (WeightTile.ByteLength + CodeBytes + 2 * ScaleBytes + 3 * RowBytes + 64 + 63) & -64;

    private readonly byte* start;

    /// <summary>In <see cref="ByteLength"/> bytes, aligned to 64.</summary>
    public FoldedRows(void* memory) => start = (byte*)memory;

    public WeightTile Tile => new(start);

    public short* Codes => (short*)(start + WeightTile.ByteLength);

    public float* Scales => (float*)((byte*)Codes + CodeBytes);

    public float* Sums => (float*)((byte*)Scales + ScaleBytes);

    public float* RowScales => (float*)((byte*)Sums + ScaleBytes);

    public float* RowMins => (float*)((byte*)RowScales + RowBytes);

    public short* Factors => (short*)((byte*)RowMins + RowBytes);

    public float* Largest => (float*)((byte*)Factors + RowBytes);

    /// <summary>Factors and largest scales from the row scales of <paramref name="blocks"/> times 32 rows.</summary>
    public void MakeFactors(int blocks)
    {
        for (var b = 0; b < blocks; b++)
        {
            var scales = new ReadOnlySpan<float>(RowScales + b * QuantizedRows.BlockLength, QuantizedRows.BlockLength);
            var largest = 0f;
            foreach (var scale in scales) largest = Math.Max(largest, Math.Abs(scale));
            Largest[b] = largest;
            var inverse = largest == 0 ? 0 : short.MaxValue / largest;
            for (var r = 0; r < scales.Length; r++) Factors[b * QuantizedRows.BlockLength + r] = (short)MathF.Round(scales[r] * inverse);
        }
    }

    /// <summary>Folds the rows from <paramref name="row"/> on into the gradients of some tokens.</summary>
    /// <param name="dy">The gradients, float32 and quantized.</param>
    /// <param name="token">The first token.</param>
    /// <param name="tokens">At most <see cref="Tokens"/>.</param>
    /// <param name="row">The tile's first row, a multiple of 32.</param>
    /// <param name="blocks">The tile's rows over 32.</param>
    /// <param name="hasMin">Whether the format has minima.</param>
    public void Fold(in MatMulInput dy, int token, int tokens, int row, int blocks, bool hasMin)
    {
        var (rows, width) = (dy.Quantized, blocks * QuantizedRows.BlockLength);
        for (var t = 0; t < tokens; t++)
        {
            RoundedProduct.Multiply(rows.CodesOf(token + t) + row, Factors, Codes + t * Width, width);
            var scales = rows.ScalesOf(token + t) + row / QuantizedRows.BlockLength;
            for (var b = 0; b < blocks; b++) Scales[t * Blocks + b] = scales[b] * Largest[b];
            if (hasMin) Sums[t * Blocks] = RowSums.Dot(RowMins, dy.Values + (long)(token + t) * rows.Width + row, width);
        }
    }
}
