using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LoRDBA.Runtime.Kernels.Signs;

/// <content>
/// AVX2 and AVX-512: shuffles and interleaving stay within lanes of 128 bits, so lane l holds outputs 16 l to 16 l + 15 throughout, the first
/// eight in "low", the others in "high". AVX-512 then puts lanes back into the order of the outputs.
/// </content>
internal sealed unsafe partial class GenericExpand
{
    internal int RunAvx2(byte* planes, float* scaleOut, byte* z, float* y, int rowStart, int rowEnd, float scale)
    {
        var o = rowStart;
        var factor = Vector256.Create(scale);
        for (; o + 32 <= rowEnd; o += 32)
        {
            Vector256<short> low = default, high = default;
            for (var p = 0; p < planeCount; p++)
            {
                var signs = Vector256.Load(planes + p * NOut + o);
                var tables = z + 2 * TableLength * p;
                LookUp(tables, signs & Vector256.Create((byte)15), ref low, ref high);
                LookUp(tables + TableLength, signs >> 4, ref low, ref high);
            }
            AddTo(y + o, low.GetLower(), scaleOut + o, factor);
            AddTo(y + o + 8, high.GetLower(), scaleOut + o + 8, factor);
            AddTo(y + o + 16, low.GetUpper(), scaleOut + o + 16, factor);
            AddTo(y + o + 24, high.GetUpper(), scaleOut + o + 24, factor);
        }
        return o;
    }

    internal int RunAvx512(byte* planes, float* scaleOut, byte* z, float* y, int rowStart, int rowEnd, float scale)
    {
        // Quarters of 128 bits: low 0, high 0, low 1, high 1 are outputs 0 to 31 of the group; 8 and more is the second operand.
        var front = Vector512.Create(0L, 1, 8, 9, 2, 3, 10, 11);
        var back = Vector512.Create(4L, 5, 12, 13, 6, 7, 14, 15);
        var factor = Vector512.Create(scale);
        var o = rowStart;
        for (; o + 64 <= rowEnd; o += 64)
        {
            Vector512<short> low = default, high = default;
            for (var p = 0; p < planeCount; p++)
            {
                var signs = Vector512.Load(planes + p * NOut + o);
                var tables = z + 2 * TableLength * p;
                LookUp(tables, signs & Vector512.Create((byte)15), ref low, ref high);
                LookUp(tables + TableLength, signs >> 4, ref low, ref high);
            }
            var first = Avx512F.PermuteVar8x64x2(low.AsInt64(), front, high.AsInt64()).AsInt16();
            var second = Avx512F.PermuteVar8x64x2(low.AsInt64(), back, high.AsInt64()).AsInt16();
            AddTo(y + o, first.GetLower(), scaleOut + o, factor);
            AddTo(y + o + 16, first.GetUpper(), scaleOut + o + 16, factor);
            AddTo(y + o + 32, second.GetLower(), scaleOut + o + 32, factor);
            AddTo(y + o + 48, second.GetUpper(), scaleOut + o + 48, factor);
        }
        return o;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LookUp(byte* table, Vector256<byte> index, ref Vector256<short> low, ref Vector256<short> high)
    {
        var lowBytes = Avx2.Shuffle(Avx2.BroadcastVector128ToVector256(table), index);
        var highBytes = Avx2.Shuffle(Avx2.BroadcastVector128ToVector256(table + 16), index);
        low += Avx2.UnpackLow(lowBytes, highBytes).AsInt16();
        high += Avx2.UnpackHigh(lowBytes, highBytes).AsInt16();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LookUp(byte* table, Vector512<byte> index, ref Vector512<short> low, ref Vector512<short> high)
    {
        var lowBytes = Avx512BW.Shuffle(Avx512F.BroadcastVector128ToVector512((int*)table).AsByte(), index);
        var highBytes = Avx512BW.Shuffle(Avx512F.BroadcastVector128ToVector512((int*)(table + 16)).AsByte(), index);
        low += Avx512BW.UnpackLow(lowBytes, highBytes).AsInt16();
        high += Avx512BW.UnpackHigh(lowBytes, highBytes).AsInt16();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo(float* y, Vector128<short> sums, float* scaleOut, Vector256<float> factor) => AddTo(y, Avx2.ConvertToVector256Int32(sums), scaleOut, factor);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo(float* y, Vector256<int> sums, float* scaleOut, Vector256<float> factor) =>
        Fma.MultiplyAdd(Avx.ConvertToVector256Single(sums), Vector256.Load(scaleOut) * factor, Vector256.Load(y)).Store(y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo(float* y, Vector256<short> sums, float* scaleOut, Vector512<float> factor) => AddTo(y, Avx512F.ConvertToVector512Int32(sums), scaleOut, factor);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo(float* y, Vector512<int> sums, float* scaleOut, Vector512<float> factor) =>
        Avx512F.FusedMultiplyAdd(Avx512F.ConvertToVector512Single(sums), Vector512.Load(scaleOut) * factor, Vector512.Load(y)).Store(y);
}
