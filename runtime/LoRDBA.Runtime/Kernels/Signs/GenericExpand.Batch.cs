using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LoRDBA.Runtime.Kernels.Signs;

/// <content>
/// A batch on x64: a group's signs become indices once, in an order in which the sums of two rows are the halves of 32 bits:
/// <code>
///   low    | row 0, rows/4 | row 1, rows/4 + 1 | ...          high   | row rows/2, 3/4 rows | ...
/// </code>
/// </content>
internal sealed unsafe partial class GenericExpand
{
    private const int MaxPlanes = 8;

    private readonly int tableCount = (rank + 3) / 4;

    // Four bytes of each quarter of the rows: the first two quarters in turns, then the others.
    private static Vector128<byte> Halves => Vector128.Create((byte)0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15);

    /// <summary>64 rows at a time, all tokens.</summary>
    internal int BatchAvx512(byte* planes, float* scaleOut, byte* z, int zStride, int tokens, float* y, int o, int rowEnd, float weight)
    {
        var indices = stackalloc byte[64 * 2 * MaxPlanes];
        for (; o + 64 <= rowEnd; o += 64)
        {
            for (var p = 0; p < planeCount; p++)
            {
                var signs = Arrange(Vector512.Load(planes + p * NOut + o));
                (signs & Vector512.Create((byte)15)).Store(indices + 2 * p * 64);
                (signs >> 4).Store(indices + (2 * p + 1) * 64);
            }
            var tables = z;
            var target = y + o;
            for (var t = 0; t < tokens; t++, tables += zStride, target += NOut)
            {
                Vector512<short> low = default, high = default;
                for (var i = 0; i < tableCount; i++) LookUp(tables + i * TableLength, Vector512.Load(indices + i * 64), ref low, ref high);
                var factor = Vector512.Create(weight * *(float*)(tables + LookupTables.ScaleOffset(Rank)));
                AddTo(target, low.AsInt32() << 16 >> 16, scaleOut + o, factor);
                AddTo(target + 16, low.AsInt32() >> 16, scaleOut + o + 16, factor);
                AddTo(target + 32, high.AsInt32() << 16 >> 16, scaleOut + o + 32, factor);
                AddTo(target + 48, high.AsInt32() >> 16, scaleOut + o + 48, factor);
            }
        }
        return o;
    }

    /// <summary>32 rows at a time, all tokens.</summary>
    internal int BatchAvx2(byte* planes, float* scaleOut, byte* z, int zStride, int tokens, float* y, int o, int rowEnd, float weight)
    {
        var indices = stackalloc byte[32 * 2 * MaxPlanes];
        for (; o + 32 <= rowEnd; o += 32)
        {
            for (var p = 0; p < planeCount; p++)
            {
                var signs = Arrange(Vector256.Load(planes + p * NOut + o));
                (signs & Vector256.Create((byte)15)).Store(indices + 2 * p * 32);
                (signs >> 4).Store(indices + (2 * p + 1) * 32);
            }
            var tables = z;
            var target = y + o;
            for (var t = 0; t < tokens; t++, tables += zStride, target += NOut)
            {
                Vector256<short> low = default, high = default;
                for (var i = 0; i < tableCount; i++) LookUp(tables + i * TableLength, Vector256.Load(indices + i * 32), ref low, ref high);
                var factor = Vector256.Create(weight * *(float*)(tables + LookupTables.ScaleOffset(Rank)));
                AddTo(target, low.AsInt32() << 16 >> 16, scaleOut + o, factor);
                AddTo(target + 8, low.AsInt32() >> 16, scaleOut + o + 8, factor);
                AddTo(target + 16, high.AsInt32() << 16 >> 16, scaleOut + o + 16, factor);
                AddTo(target + 24, high.AsInt32() >> 16, scaleOut + o + 24, factor);
            }
        }
        return o;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Arrange(Vector512<byte> signs)
    {
        var quarters = Avx512F.PermuteVar16x32(signs.AsInt32(), Vector512.Create(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)).AsByte();
        return Avx512BW.Shuffle(quarters, Vector512.Create(Vector256.Create(Halves, Halves), Vector256.Create(Halves, Halves)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Arrange(Vector256<byte> signs) =>
        Avx2.Shuffle(Avx2.PermuteVar8x32(signs.AsInt32(), Vector256.Create(0, 2, 4, 6, 1, 3, 5, 7)).AsByte(), Vector256.Create(Halves, Halves));
}
