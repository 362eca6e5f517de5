using System.Runtime.Intrinsics;

namespace LoRDBA.Runtime.Kernels.Signs;

/// <content>
/// A batch on x64: a group's signs become indices once, in an order in which the sums of two rows are the halves of 32 bits:
/// <code>
///   low    | row 0, rows/4 | row 1, rows/4 + 1 | ...          high   | row rows/2, 3/4 rows | ...
/// </code>
/// </content>
internal sealed unsafe partial class GenericExpand
{
    private const int MaxPlanes = SignLayout.RanksPerPass / SignLayout.RanksPerPlane;

    private readonly int tableCount;

    /// <summary>64 rows at a time, all tokens.</summary>
    internal int BatchAvx512(byte* planes, float* scaleOut, byte* z, int zStride, int tokens, float* y, int o, int rowEnd, float weight)
    {
        var indices = stackalloc byte[64 * 2 * MaxPlanes];
        for (; o + 64 <= rowEnd; o += 64)
        {
            for (var p = 0; p < planeCount; p++)
            {
                var signs = SignOperations.Arrange(Vector512.Load(planes + p * NOut + o));
                (signs & Vector512.Create((byte)15)).Store(indices + 2 * p * 64);
                (signs >> 4).Store(indices + (2 * p + 1) * 64);
            }
            var tables = z;
            var target = y + o;
            for (var t = 0; t < tokens; t++, tables += zStride, target += NOut)
            {
                Vector512<short> low = default, high = default;
                for (var i = 0; i < tableCount; i++) LookUp(tables + i * TableLength, Vector512.Load(indices + i * 64), ref low, ref high);
                var factor = Vector512.Create(weight * *(float*)(tables + SignLayout.ScaleOffset(Rank)));
                SignOperations.AddTo(target, low.AsInt32() << 16 >> 16, scaleOut + o, factor);
                SignOperations.AddTo(target + 16, low.AsInt32() >> 16, scaleOut + o + 16, factor);
                SignOperations.AddTo(target + 32, high.AsInt32() << 16 >> 16, scaleOut + o + 32, factor);
                SignOperations.AddTo(target + 48, high.AsInt32() >> 16, scaleOut + o + 48, factor);
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
                var signs = SignOperations.Arrange(Vector256.Load(planes + p * NOut + o));
                (signs & Vector256.Create((byte)15)).Store(indices + 2 * p * 32);
                (signs >> 4).Store(indices + (2 * p + 1) * 32);
            }
            var tables = z;
            var target = y + o;
            for (var t = 0; t < tokens; t++, tables += zStride, target += NOut)
            {
                Vector256<short> low = default, high = default;
                for (var i = 0; i < tableCount; i++) LookUp(tables + i * TableLength, Vector256.Load(indices + i * 32), ref low, ref high);
                var factor = Vector256.Create(weight * *(float*)(tables + SignLayout.ScaleOffset(Rank)));
                SignOperations.AddTo(target, low.AsInt32() << 16 >> 16, scaleOut + o, factor);
                SignOperations.AddTo(target + 8, low.AsInt32() >> 16, scaleOut + o + 8, factor);
                SignOperations.AddTo(target + 16, high.AsInt32() << 16 >> 16, scaleOut + o + 16, factor);
                SignOperations.AddTo(target + 24, high.AsInt32() >> 16, scaleOut + o + 24, factor);
            }
        }
        return o;
    }
}
