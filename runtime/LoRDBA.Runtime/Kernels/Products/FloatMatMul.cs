namespace LoRDBA.Runtime.Kernels.Products;

/// <summary>
/// The float32 product: dequantizes one row of W at a time and multiplies it with every token. It serves any block format, is the only
/// kernel of the formats that <see cref="BlockMatMul{TBlock, TPath}"/> does not load, and the oracle that all others are compared with.
/// </summary>
internal sealed unsafe class FloatMatMul : MatMul
{
    /// <summary>The kernel has no state: one serves all.</summary>
    public static readonly FloatMatMul Instance = new();

    private FloatMatMul() { }

    /// <inheritdoc/>
    public override bool ReadsQuantized => false;

    /// <inheritdoc/>
    public override void Run(in WeightMatrix weights, in MatMulInput x, float* y, int rowStart, int rowEnd, float* scratch)
    {
        var (nIn, nOut) = (weights.NIn, weights.NOut);
        for (var row = rowStart; row < rowEnd; row++)
        {
            weights.Format.Dequantize(weights.Row(row), new Span<float>(scratch, nIn));
            for (var t = 0; t < x.Tokens; t++) y[(long)t * nOut + row] = FloatDot.Dot(scratch, x.Values + (long)t * nIn, nIn);
        }
    }

    /// <inheritdoc/>
    public override void RunTransposed(in WeightMatrix weights, in MatMulInput dy, float* dx, int columnStart, int columnEnd, float* scratch)
    {
        var (nIn, nOut) = (weights.NIn, weights.NOut);
        for (var row = 0; row < nOut; row++)
        {
            weights.Format.Dequantize(weights.Row(row), new Span<float>(scratch, nIn));
            for (var t = 0; t < dy.Tokens; t++)
                FloatDot.AddScaled(dx + (long)t * nIn + columnStart, scratch + columnStart, dy.Values[(long)t * nOut + row], columnEnd - columnStart);
        }
    }
}
