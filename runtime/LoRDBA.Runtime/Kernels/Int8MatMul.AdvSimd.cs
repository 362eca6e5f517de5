using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace LoRDBA.Runtime.Kernels;

/// <content>
/// AdvSimd, with SDOT where the core has it (Cortex-A76, A78AE: Raspberry Pi 5, Jetson Orin):
/// <code>
///   Dp       SDOT                    16 products → 4 sums of four in i32
///   without  SMULL, SMULL2, ADDP     16 products → 8 sums of two in i16  (2 · 128 · 127 fits);  SADDLP  → 4 sums in i32
/// </code>
/// Both give the same integers, hence the same result to the bit.
/// </content>
internal sealed unsafe partial class Int8MatMul<TBlock>
{
    internal static float Dot1AdvSimd(byte* w, sbyte* a, float* d, float* s, int blocks)
    {
        var sum = Vector128<float>.Zero;
        var mins = 0f;
        for (var b = 0; b < blocks; b++, w += TBlock.Bytes, a += 32)
        {
            TBlock.Load(w, out var q0, out var q1);
            sum = AddBlock(sum, q0, q1, a, d + QuantizedRows.QuadsPerBlock * b, Vector128.Create(TBlock.Scale(w)));
            if (TBlock.HasMin) mins = MathF.FusedMultiplyAdd(TBlock.Min(w), s[b], mins);
        }
        return Vector128.Sum(sum) + mins;
    }

    internal static void Dot4AdvSimd(byte* w, sbyte* a, float* d, float* s, int blocks, float* y, int stride)
    {
        Vector128<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        float mins0 = 0, mins1 = 0, mins2 = 0, mins3 = 0;
        var (width, quads) = (blocks * QuantizedRows.BlockLength, blocks * QuantizedRows.QuadsPerBlock);
        for (var b = 0; b < blocks; b++, w += TBlock.Bytes, a += 32, d += QuantizedRows.QuadsPerBlock, s++)
        {
            TBlock.Load(w, out var q0, out var q1);
            var scale = Vector128.Create(TBlock.Scale(w));
            sum0 = AddBlock(sum0, q0, q1, a, d, scale);
            sum1 = AddBlock(sum1, q0, q1, a + width, d + quads, scale);
            sum2 = AddBlock(sum2, q0, q1, a + 2 * width, d + 2 * quads, scale);
            sum3 = AddBlock(sum3, q0, q1, a + 3 * width, d + 3 * quads, scale);
            if (!TBlock.HasMin) continue;

            var min = TBlock.Min(w);
            mins0 = MathF.FusedMultiplyAdd(min, s[0], mins0);
            mins1 = MathF.FusedMultiplyAdd(min, s[blocks], mins1);
            mins2 = MathF.FusedMultiplyAdd(min, s[2 * blocks], mins2);
            mins3 = MathF.FusedMultiplyAdd(min, s[3 * blocks], mins3);
        }
        y[0] = Vector128.Sum(sum0) + mins0;
        y[stride] = Vector128.Sum(sum1) + mins1;
        y[2 * stride] = Vector128.Sum(sum2) + mins2;
        y[3 * stride] = Vector128.Sum(sum3) + mins3;
    }

    /// <summary>sum + scale · (the 32 products, as two times 4 sums of a quad)</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> AddBlock(Vector128<float> sum, Vector128<sbyte> q0, Vector128<sbyte> q1, sbyte* a, float* d, Vector128<float> scale)
    {
        sum = AdvSimd.FusedMultiplyAdd(sum, AdvSimd.ConvertToSingle(SumQuads(q0, Vector128.Load(a))), scale * Vector128.Load(d));
        return AdvSimd.FusedMultiplyAdd(sum, AdvSimd.ConvertToSingle(SumQuads(q1, Vector128.Load(a + 16))), scale * Vector128.Load(d + 4));
    }

    /// <summary>16 products → 4 sums of four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> SumQuads(Vector128<sbyte> q, Vector128<sbyte> a)
    {
        if (Dp.IsSupported) return Dp.DotProduct(Vector128<int>.Zero, q, a);

        var lower = AdvSimd.MultiplyWideningLower(q.GetLower(), a.GetLower());
        var upper = AdvSimd.MultiplyWideningUpper(q, a);
        return AdvSimd.AddPairwiseWidening(AdvSimd.Arm64.AddPairwise(lower, upper));
    }
}
