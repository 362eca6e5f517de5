using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products.X64;

/// <summary>AVX2: turns a block of eight rows as AVX-512 turns sixteen (<see cref="Avx512Quads{TBlock}"/>).</summary>
internal static unsafe class Avx2Quads<TBlock> where TBlock : struct, IQuantizedBlock
{
    /// <summary>Rows that are turned together.</summary>
    public const int Rows = 8;

    /// <summary>Four rows' channels 4k to 4k + 3, and in the upper half 16 beyond these, k = 0 to 3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FourRows(
        byte* at, long rowBytes, int block, out Vector256<long> t0, out Vector256<long> t1, out Vector256<long> t2, out Vector256<long> t3)
    {
        var a = Load(at, block);
        var b = Load(at + rowBytes, block);
        var c = Load(at + 2 * rowBytes, block);
        var d = Load(at + 3 * rowBytes, block);
        var (ab0, ab1) = (Avx2.UnpackLow(a, b).AsInt64(), Avx2.UnpackHigh(a, b).AsInt64());
        var (cd0, cd1) = (Avx2.UnpackLow(c, d).AsInt64(), Avx2.UnpackHigh(c, d).AsInt64());
        (t0, t1) = (Avx2.UnpackLow(ab0, cd0), Avx2.UnpackHigh(ab0, cd0));
        (t2, t3) = (Avx2.UnpackLow(ab1, cd1), Avx2.UnpackHigh(ab1, cd1));
    }

    /// <summary>A row's block, four channels a lane in the order 0 2 1 3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Load(byte* at, int block)
    {
        var order = Vector128.Create((sbyte)0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15);
        return Avx2.Shuffle(TBlock.Load(at, block), Vector256.Create(order, order)).AsInt32();
    }

    /// <summary>Channels 4k to 4k + 3 of eight rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> Near(Vector256<long> rows0, Vector256<long> rows4) => Avx2.Permute2x128(rows0, rows4, 0x20).AsInt16();

    /// <summary>Channels 16 + 4k to 16 + 4k + 3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> Far(Vector256<long> rows0, Vector256<long> rows4) => Avx2.Permute2x128(rows0, rows4, 0x31).AsInt16();

    /// <summary>The two pairs of four channels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Widen(Vector256<short> quad, Vector256<short> factors, out Vector256<short> pair0, out Vector256<short> pair1)
    {
        (pair0, pair1) = (quad << 8 >> 8, quad >> 8);
        if (TBlock.HasFactors) (pair0, pair1) = (pair0 * factors, pair1 * factors);
    }

    /// <summary>The factors of the halves of eight rows, each twice; only if the format has factors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Factors(byte* at, long rowBytes, int block, out Vector256<short> f0, out Vector256<short> f1)
    {
        (f0, f1) = (default, default);
        if (TBlock.HasFactors) LoadFactors(at, rowBytes, block, out f0, out f1);
    }

    private static void LoadFactors(byte* at, long rowBytes, int block, out Vector256<short> f0, out Vector256<short> f1)
    {
        var factors = stackalloc int[2 * Rows];
        for (var r = 0; r < Rows; r++, at += rowBytes)
        {
            TBlock.Factors(at, block, out var first, out var second);
            factors[r] = (ushort)first * 0x10001;
            factors[Rows + r] = (ushort)second * 0x10001;
        }
        (f0, f1) = (Vector256.Load(factors).AsInt16(), Vector256.Load(factors + Rows).AsInt16());
    }
}
