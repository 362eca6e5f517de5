using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LoRDBA.Runtime.Blocks;

/// <summary>AVX-512: what sixteen rows have at the same place, a lane a row.</summary>
internal static unsafe class SixteenRows
{
    public const int Count = 16;

    /// <summary>
    /// Four words of each row. A register takes every fourth row, so that rows come out in their order:
    /// <code>
    ///   row 0: w0 w1 w2 w3 | row 4: w0 ... | row 8 | row 12        and rows 1, 5, ...; 2, 6, ...; 3, 7, ...
    ///   word 0: r0 r1 r2 r3 | r4 ... r7 | r8 ... | r12 ... r15     and words 1, 2, 3
    /// </code>
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FourWords(byte* at, long rowBytes, out Vector512<int> w0, out Vector512<int> w1, out Vector512<int> w2, out Vector512<int> w3)
    {
        var a = EveryFourth(at, rowBytes);
        var b = EveryFourth(at + rowBytes, rowBytes);
        var c = EveryFourth(at + 2 * rowBytes, rowBytes);
        var d = EveryFourth(at + 3 * rowBytes, rowBytes);
        var (ab0, ab1) = (Avx512F.UnpackLow(a, b).AsInt64(), Avx512F.UnpackHigh(a, b).AsInt64());
        var (cd0, cd1) = (Avx512F.UnpackLow(c, d).AsInt64(), Avx512F.UnpackHigh(c, d).AsInt64());
        (w0, w1) = (Avx512F.UnpackLow(ab0, cd0).AsInt32(), Avx512F.UnpackHigh(ab0, cd0).AsInt32());
        (w2, w3) = (Avx512F.UnpackLow(ab1, cd1).AsInt32(), Avx512F.UnpackHigh(ab1, cd1).AsInt32());
    }

    /// <summary>The 16-bit floating-point numbers in the lower halves of the lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Half(Vector512<int> lanes) =>
        (lanes << 16 >> 3 & Vector512.Create(F16.WideMask)).AsSingle() * Vector512.Create(F16.BiasRatio);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> EveryFourth(byte* at, long rowBytes)
    {
        var rows = Vector128.Load((int*)at).ToVector256().ToVector512();
        rows = Avx512F.InsertVector128(rows, Vector128.Load((int*)(at + 4 * rowBytes)), 1);
        rows = Avx512F.InsertVector128(rows, Vector128.Load((int*)(at + 8 * rowBytes)), 2);
        return Avx512F.InsertVector128(rows, Vector128.Load((int*)(at + 12 * rowBytes)), 3);
    }
}
