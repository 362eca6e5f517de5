using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace LoRDBA.Runtime.Kernels;

/// <content>
/// arm64 with dot products of bytes (SDOT), a single token. An activation is 256 · hi + lo, both signed bytes, hi in [-64, 64]: so
/// Σ q · a = 256 · Σ q · hi + Σ q · lo, both sums exact and in one register, which is shifted in between.
/// </content>
internal sealed unsafe partial class BlockMatMul<TBlock>
{
    /// <summary>Sixteen rows times one token: a register of partial sums a row, then a tree that ends with a lane a row.</summary>
    private static void RowsDp(byte* w, long rowBytes, float* scales, float* mins, in QuantizedRows x, int token, float* y)
    {
        var a = x.CodesOf(token);
        var d = x.ScalesOf(token);
        var s = x.SumsOf(token);
        var blocks = x.Blocks;
        Vector128<float> y0 = default, y1 = default, y2 = default, y3 = default;
        for (var b = 0; b < blocks; b++, a += QuantizedRows.BlockLength, scales += RowsTogether, mins += RowsTogether)
        {
            var (a0, a1, a2, a3) = (Vector128.Load(a), Vector128.Load(a + 8), Vector128.Load(a + 16), Vector128.Load(a + 24));
            var (hi0, hi1, lo0, lo1) = (High(a0, a1), High(a2, a3), Low(a0, a1), Low(a2, a3));
            var zero = ZeroOf(a0, a1, a2, a3);
            var (scale, sum) = (Vector64.CreateScalarUnsafe(d[b]), Vector64.CreateScalarUnsafe(s[b]));
            var at = w + TBlock.Offset(b);
            y0 = AddFourDp(y0, at, rowBytes, b, hi0, hi1, lo0, lo1, zero, scale, sum, scales, mins);
            at += 4 * rowBytes;
            y1 = AddFourDp(y1, at, rowBytes, b, hi0, hi1, lo0, lo1, zero, scale, sum, scales + 4, mins + 4);
            at += 4 * rowBytes;
            y2 = AddFourDp(y2, at, rowBytes, b, hi0, hi1, lo0, lo1, zero, scale, sum, scales + 8, mins + 8);
            at += 4 * rowBytes;
            y3 = AddFourDp(y3, at, rowBytes, b, hi0, hi1, lo0, lo1, zero, scale, sum, scales + 12, mins + 12);
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

    /// <summary>What High leaves: the lower bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Low(Vector128<short> a, Vector128<short> b) => AdvSimd.Arm64.UnzipEven(a.AsSByte(), b.AsSByte());

    /// <summary>y of four rows with a block added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> AddFourDp(
        Vector128<float> y, byte* row0, long rowBytes, int block, Vector128<sbyte> hi0, Vector128<sbyte> hi1, Vector128<sbyte> lo0, Vector128<sbyte> lo1,
        Vector128<int> zero, Vector64<float> d, Vector64<float> s, float* scales, float* mins)
    {
        var row1 = row0 + rowBytes;
        var row2 = row1 + rowBytes;
        var row3 = row2 + rowBytes;
        var sums = SumRows(ProductsDp(row0, block, hi0, hi1, lo0, lo1), ProductsDp(row1, block, hi0, hi1, lo0, lo1), ProductsDp(row2, block, hi0, hi1, lo0, lo1), ProductsDp(row3, block, hi0, hi1, lo0, lo1));
        return AddFour(y, sums, zero, d, s, row0, row1, row2, row3, scales, mins);
    }

    /// <summary>A row's 32 products, as four sums of eight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> ProductsDp(byte* at, int block, Vector128<sbyte> hi0, Vector128<sbyte> hi1, Vector128<sbyte> lo0, Vector128<sbyte> lo1)
    {
        var q = LoadCodes(at, block);
        var (q0, q1) = (q.GetLower(), q.GetUpper());
        var high = Dp.DotProduct(Dp.DotProduct(Vector128<int>.Zero, q0, hi0), q1, hi1) << 8;
        return Dp.DotProduct(Dp.DotProduct(high, q0, lo0), q1, lo1);
    }
}
