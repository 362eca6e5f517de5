using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace LoRDBA.Runtime.Kernels.Signs;

/// <summary>A shrink product of any shape. Its instruction sets are in the files beside this one.</summary>
/// <remarks>
/// Four rows of signs at a time are spread to a byte a sign (the tile), which then meets all tokens of the batch, two by two:
/// the spreading is paid once, a load of activations serves four ranks, a load of signs two tokens. Missing rows of the last tile
/// are zeros.
/// </remarks>
internal sealed unsafe partial class GenericShrink(int nIn, int rank) : ShrinkKernel(nIn, rank)
{
    private const int TileRows = 4;

    /// <inheritdoc/>
    public override string Path =>
        Avx512BW.IsSupported ? "Avx512" : Avx2.IsSupported ? "Avx2" : Dp.IsSupported ? "Dp" : AdvSimd.Arm64.IsSupported ? "AdvSimd" : "scalar";

    /// <inheritdoc/>
    public override void Run(byte* signs, in SignBatch x, int tokens, int* sums, byte* scratch)
    {
        if (Avx512BW.IsSupported) RunAvx512(signs, x, tokens, sums, scratch);
        else if (Avx2.IsSupported) RunAvx2(signs, x, tokens, sums, scratch);
        else if (Dp.IsSupported) RunDp(signs, x, tokens, sums, scratch);
        else if (AdvSimd.Arm64.IsSupported) RunAdvSimd(signs, x, tokens, sums, scratch);
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
                    var product = (short)gains[j / SignBatch.SegmentLength] * codes[j];
                    sum += (row[j >> 3] >> (j & 7) & 1) != 0 ? product : -product;
                }
                sums[t * SumStride + k] = sum;
            }
    }

    /// <summary>Σ over signs of +1 alone, to the sum over both signs: 2 P - T.</summary>
    private static void Store(Vector128<int> plus, int total, int* sums) => (plus + plus - Vector128.Create(total)).Store(sums);
}
