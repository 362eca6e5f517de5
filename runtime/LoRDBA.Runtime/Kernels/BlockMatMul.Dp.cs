using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace LoRDBA.Runtime.Kernels;

/// <content>
/// arm64 with dot products of bytes (SDOT). An activation is 256 · hi + lo, both signed bytes, hi in [-64, 64]: so
/// Σ q · a = 256 · Σ q · hi + Σ q · lo, both sums exact and in one register, which is shifted in between. It serves single
/// tokens; a panel takes AdvSimd's path.
/// </content>
internal sealed unsafe partial class BlockMatMul<TBlock>
{
    /// <summary>Sixteen rows times one token: a register of partial sums a row, then a tree that ends with a lane a row.</summary>
    private static void RowsDp(byte* w, long rowBytes, float* scales, float* mins, in QuantizedRows x, int token, float* y)
    {
        var a = x.CodesOf(token);
        var d = x.ScalesOf(token);
        var s = x.SumsOf(token);
        Vector128<float> y0 = default, y1 = default, y2 = default, y3 = default;
        for (var b = 0; b < x.Blocks; b++, a += QuantizedRows.BlockLength, scales += RowsTogether, mins += RowsTogether)
        {
            var (a0, a1, a2, a3) = (Vector128.Load(a), Vector128.Load(a + 8), Vector128.Load(a + 16), Vector128.Load(a + 24));
            var (lo0, lo1) = (AdvSimd.Arm64.UnzipEven(a0.AsSByte(), a1.AsSByte()), AdvSimd.Arm64.UnzipEven(a2.AsSByte(), a3.AsSByte()));
            var (hi0, hi1) = (High(a0, a1), High(a2, a3));
            var at = w + TBlock.Offset(b);
            var (scale, sum) = (Vector128.Create(d[b]), Vector128.Create(s[b]));
            y0 = AddRows(FourRowsDp(at, rowBytes, b, hi0, hi1, lo0, lo1), scale, scales, mins, sum, y0);
            y1 = AddRows(FourRowsDp(at + 4 * rowBytes, rowBytes, b, hi0, hi1, lo0, lo1), scale, scales + 4, mins + 4, sum, y1);
            y2 = AddRows(FourRowsDp(at + 8 * rowBytes, rowBytes, b, hi0, hi1, lo0, lo1), scale, scales + 8, mins + 8, sum, y2);
            y3 = AddRows(FourRowsDp(at + 12 * rowBytes, rowBytes, b, hi0, hi1, lo0, lo1), scale, scales + 12, mins + 12, sum, y3);
        }
        y0.Store(y);
        y1.Store(y + 4);
        y2.Store(y + 8);
        y3.Store(y + 12);
    }

    /// <summary>(a + 128) / 256, rounded down.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> High(Vector128<short> a, Vector128<short> b) =>
        AdvSimd.ShiftRightLogicalRoundedNarrowingUpper(AdvSimd.ShiftRightLogicalRoundedNarrowingLower(a, 8), b, 8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> FourRowsDp(byte* at, long rowBytes, int block, Vector128<sbyte> hi0, Vector128<sbyte> hi1, Vector128<sbyte> lo0, Vector128<sbyte> lo1) => SumRows(
        ProductsDp(at, block, hi0, hi1, lo0, lo1),
        ProductsDp(at + rowBytes, block, hi0, hi1, lo0, lo1),
        ProductsDp(at + 2 * rowBytes, block, hi0, hi1, lo0, lo1),
        ProductsDp(at + 3 * rowBytes, block, hi0, hi1, lo0, lo1));

    /// <summary>A row's 32 products, as four sums of eight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> ProductsDp(byte* at, int block, Vector128<sbyte> hi0, Vector128<sbyte> hi1, Vector128<sbyte> lo0, Vector128<sbyte> lo1)
    {
        var q = TBlock.Load(at, block);
        var (q0, q1) = (q.GetLower(), q.GetUpper());
        var high = Dp.DotProduct(Dp.DotProduct(Vector128<int>.Zero, q0, hi0), q1, hi1) << 8;
        return Dp.DotProduct(Dp.DotProduct(high, q0, lo0), q1, lo1);
    }
}
