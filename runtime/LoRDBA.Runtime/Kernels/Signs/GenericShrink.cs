namespace LoRDBA.Runtime.Kernels.Signs;

/// <summary>A shrink product of any shape. Its instruction sets are in the files beside this one.</summary>
/// <remarks>
/// Four rows of signs at a time are spread to a byte a sign (the tile), which then meets all tokens of the batch, two by two:
/// the spreading is paid once, a load of activations serves four ranks, a load of signs two tokens. Missing rows of the last tile
/// are zeros.
/// </remarks>
internal sealed unsafe partial class GenericShrink(int nIn, int rank) : ShrinkKernel(nIn, rank)
{
    private const int SegmentLength = SignLayout.SegmentLength;
    private const int TileRows = SignLayout.TileRows;

    /// <inheritdoc/>
    public override string Path =>
        InstructionSets.HasAvx512 ? "Avx512" :
        InstructionSets.HasAvx2 ? "Avx2" :
        InstructionSets.HasDp ? "Dp" :
        InstructionSets.HasAdvSimd ? "AdvSimd" :
        "scalar";

    /// <inheritdoc/>
    public override void Run(byte* signs, in SignBatch x, int tokens, int* sums, byte* scratch)
    {
        if (InstructionSets.HasAvx512) RunAvx512(signs, x, tokens, sums, scratch);
        else if (InstructionSets.HasAvx2) RunAvx2(signs, x, tokens, sums, scratch);
        else if (InstructionSets.HasDp) RunDp(signs, x, tokens, sums, scratch);
        else if (InstructionSets.HasAdvSimd) RunAdvSimd(signs, x, tokens, sums, scratch);
        else RunScalar(signs, x, tokens, sums);
    }

    /// <summary>The scalar twin.</summary>
    internal void RunScalar(byte* signs, in SignBatch x, int tokens, int* sums)
    {
        for (var t = 0; t < tokens; t++)
            for (var k = 0; k < Rank; k++)
            {
                sbyte* codes = x.Codes(t);
                int* gains = x.Gains(t);
                byte* row = signs + (long)k * (x.Width / 8);
                var sum = 0;
                for (var j = 0; j < NIn; j++)
                {
                    var product = (short)gains[j / SegmentLength] * codes[j];
                    sum += (row[j >> 3] >> (j & 7) & 1) != 0 ? product : -product;
                }
                sums[t * SumStride + k] = sum;
            }
    }

    /// <summary>Makes zeros of the rows that a tile has beyond <paramref name="rows"/>.</summary>
    private static void ClearRest(byte* tile, int rows, int width)
    {
        if (rows < TileRows) new Span<byte>(tile + rows * width, (TileRows - rows) * width).Clear();
    }
}
