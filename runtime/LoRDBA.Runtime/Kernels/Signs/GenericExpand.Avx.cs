using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LoRDBA.Runtime.Kernels.Signs;

/// <content>
/// AVX2 and AVX-512: shuffles and interleaving stay within lanes of 128 bits, so lane l holds outputs 16 l to 16 l + 15 throughout, the
/// first eight in "low", the others in "high". AVX-512 then puts lanes back into the order of the outputs.
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
            SignOperations.AddTo(y + o, low.GetLower(), scaleOut + o, factor);
            SignOperations.AddTo(y + o + 8, high.GetLower(), scaleOut + o + 8, factor);
            SignOperations.AddTo(y + o + 16, low.GetUpper(), scaleOut + o + 16, factor);
            SignOperations.AddTo(y + o + 24, high.GetUpper(), scaleOut + o + 24, factor);
        }
        return o;
    }

    internal int RunAvx512(byte* planes, float* scaleOut, byte* z, float* y, int rowStart, int rowEnd, float scale)
    {
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
            var (front, back) = (SignOperations.Front(low, high), SignOperations.Back(low, high));
            SignOperations.AddTo(y + o, front.GetLower(), scaleOut + o, factor);
            SignOperations.AddTo(y + o + 16, front.GetUpper(), scaleOut + o + 16, factor);
            SignOperations.AddTo(y + o + 32, back.GetLower(), scaleOut + o + 32, factor);
            SignOperations.AddTo(y + o + 48, back.GetUpper(), scaleOut + o + 48, factor);
        }
        return o;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LookUp(byte* table, Vector256<byte> index, ref Vector256<short> low, ref Vector256<short> high)
    {
        var lowBytes = SignOperations.LookUp(Avx2.BroadcastVector128ToVector256(table), index);
        var highBytes = SignOperations.LookUp(Avx2.BroadcastVector128ToVector256(table + TableEntries), index);
        low += SignOperations.InterleaveLow(lowBytes, highBytes);
        high += SignOperations.InterleaveHigh(lowBytes, highBytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LookUp(byte* table, Vector512<byte> index, ref Vector512<short> low, ref Vector512<short> high)
    {
        var lowBytes = SignOperations.LookUp(Avx512F.BroadcastVector128ToVector512((int*)table).AsByte(), index);
        var highBytes = SignOperations.LookUp(Avx512F.BroadcastVector128ToVector512((int*)(table + TableEntries)).AsByte(), index);
        low += SignOperations.InterleaveLow(lowBytes, highBytes);
        high += SignOperations.InterleaveHigh(lowBytes, highBytes);
    }
}
