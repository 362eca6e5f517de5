using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LoRDBA.Runtime.Kernels;

/// <content>
/// AVX2. A block of 32 products takes two instructions, exactly:
/// <code>
///   vpmaddubsw  u8 × s8 → 16 sums of two in i16     |q| ≤ 128, |a| ≤ 127:  2 · 128 · 127 = 32 512 fits
///   vpmaddwd    × 1     →  8 sums of four in i32
/// </code>
/// vpmaddubsw wants its first operand unsigned. The nibbles of 4-bit formats are; for signed weights |q| takes their
/// place and the sign of q moves over to a.
/// </content>
internal sealed unsafe partial class Int8MatMul<TBlock>
{
    internal static float Dot1Avx2(byte* w, sbyte* a, float* d, float* s, int blocks)
    {
        var sum = Vector256<float>.Zero;
        var mins = 0f;
        for (var b = 0; b < blocks; b++, w += TBlock.Bytes, a += 32)
        {
            LoadAvx2(w, out var q, out var magnitude);
            sum = AddBlock(sum, q, magnitude, a, Vector256.Create(TBlock.Scale(w)) * Vector256.Load(d + QuantizedRows.QuadsPerBlock * b));
            if (TBlock.HasMin) mins = MathF.FusedMultiplyAdd(TBlock.Min(w), s[b], mins);
        }
        return Vector256.Sum(sum) + mins;
    }

    internal static void Dot4Avx2(byte* w, sbyte* a, float* d, float* s, int blocks, float* y, int stride)
    {
        Vector256<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        float mins0 = 0, mins1 = 0, mins2 = 0, mins3 = 0;
        var (width, quads) = (blocks * QuantizedRows.BlockLength, blocks * QuantizedRows.QuadsPerBlock);
        for (var b = 0; b < blocks; b++, w += TBlock.Bytes, a += 32, d += QuantizedRows.QuadsPerBlock, s++)
        {
            LoadAvx2(w, out var q, out var magnitude);
            var scale = Vector256.Create(TBlock.Scale(w));
            sum0 = AddBlock(sum0, q, magnitude, a, scale * Vector256.Load(d));
            sum1 = AddBlock(sum1, q, magnitude, a + width, scale * Vector256.Load(d + quads));
            sum2 = AddBlock(sum2, q, magnitude, a + 2 * width, scale * Vector256.Load(d + 2 * quads));
            sum3 = AddBlock(sum3, q, magnitude, a + 3 * width, scale * Vector256.Load(d + 3 * quads));
            if (!TBlock.HasMin) continue;

            var min = TBlock.Min(w);
            mins0 = MathF.FusedMultiplyAdd(min, s[0], mins0);
            mins1 = MathF.FusedMultiplyAdd(min, s[blocks], mins1);
            mins2 = MathF.FusedMultiplyAdd(min, s[2 * blocks], mins2);
            mins3 = MathF.FusedMultiplyAdd(min, s[3 * blocks], mins3);
        }
        y[0] = Vector256.Sum(sum0) + mins0;
        y[stride] = Vector256.Sum(sum1) + mins1;
        y[2 * stride] = Vector256.Sum(sum2) + mins2;
        y[3 * stride] = Vector256.Sum(sum3) + mins3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LoadAvx2(byte* w, out Vector256<sbyte> q, out Vector256<byte> magnitude)
    {
        TBlock.Load(w, out var q0, out var q1);
        q = Vector256.Create(q0, q1);
        magnitude = TBlock.IsUnsigned ? q.AsByte() : Avx2.Abs(q);
    }

    /// <summary>sum + scale · (the 32 products, as 8 sums of a quad)</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> AddBlock(Vector256<float> sum, Vector256<sbyte> q, Vector256<byte> magnitude, sbyte* a, Vector256<float> scale)
    {
        var codes = Vector256.Load(a);
        var pairs = Avx2.MultiplyAddAdjacent(magnitude, TBlock.IsUnsigned ? codes : Avx2.Sign(codes, q));
        var quads = Avx2.MultiplyAddAdjacent(pairs, Vector256.Create((short)1));
        return Fma.MultiplyAdd(Avx.ConvertToVector256Single(quads), scale, sum);
    }
}
