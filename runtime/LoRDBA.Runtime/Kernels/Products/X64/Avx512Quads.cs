using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products.X64;

/// <summary>
/// AVX-512: turns a block of sixteen rows so that lanes are rows. The codes are turned while they are bytes, four channels a lane, and
/// widened to 16 bits last, when a shift does so:
/// <code>
///   rows i, i + 4       | r0: q0 q1 q2 q3 | r0: q4 ... | ...      eight registers
///   turned              | r0: q0 q2 q1 q3 | r1 | ... | r15 |      eight registers, one for four channels
///   even bytes, odd     | r0: q0 q1 | r1 | ...      | r0: q2 q3 | r1 | ...
/// </code>
/// </summary>
internal static unsafe class Avx512Quads<TBlock> where TBlock : struct, IQuantizedBlock
{
    /// <summary>Rows that are turned together.</summary>
    public const int Rows = 16;

    /// <summary>
    /// What <see cref="EightRows"/> takes as its order: the bytes 0 2 1 3 of each four, in each 128-bit lane. Written as eight numbers, since
    /// a constant of smaller vectors is put together anew for each use.
    /// </summary>
    public static Vector512<long> Order
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.Create(
            0x0705_0604_0301_0200, 0x0f0d_0e0c_0b09_0a08, 0x0705_0604_0301_0200, 0x0f0d_0e0c_0b09_0a08,
            0x0705_0604_0301_0200, 0x0f0d_0e0c_0b09_0a08, 0x0705_0604_0301_0200, 0x0f0d_0e0c_0b09_0a08);
    }

    /// <summary>
    /// Channels 4k to 4k + 3 and 16 beyond these, k = 0 to 3, of eight rows. <see cref="Near"/> and <see cref="Far"/> join two such eights.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void EightRows(
        byte* at, long rowBytes, int block, Vector512<long> order, out Vector512<long> t0, out Vector512<long> t1, out Vector512<long> t2, out Vector512<long> t3)
    {
        var at4 = at + 4 * rowBytes;
        var a = Pair(at, at4, block, order);
        var b = Pair(at + rowBytes, at4 + rowBytes, block, order);
        var c = Pair(at + 2 * rowBytes, at4 + 2 * rowBytes, block, order);
        var d = Pair(at + 3 * rowBytes, at4 + 3 * rowBytes, block, order);
        var (ab0, ab1) = (Avx512F.UnpackLow(a, b).AsInt64(), Avx512F.UnpackHigh(a, b).AsInt64());
        var (cd0, cd1) = (Avx512F.UnpackLow(c, d).AsInt64(), Avx512F.UnpackHigh(c, d).AsInt64());
        (t0, t1) = (Avx512F.UnpackLow(ab0, cd0), Avx512F.UnpackHigh(ab0, cd0));
        (t2, t3) = (Avx512F.UnpackLow(ab1, cd1), Avx512F.UnpackHigh(ab1, cd1));
    }

    /// <summary>A block of two rows, | a_0 ... | a_16 ... | b_0 ... | b_16 ... |, four channels a lane in the order 0 2 1 3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Pair(byte* a, byte* b, int block, Vector512<long> order)
    {
        var q = TBlock.IsNarrow
            ? TBlock.LoadPair(a, b, block).AsSByte() - Vector512.Create((sbyte)TBlock.Zero)
            : Avx512F.InsertVector256(TBlock.Load(a, block).ToVector512(), TBlock.Load(b, block), 1);
        return Avx512BW.Shuffle(q, order.AsSByte()).AsInt32();
    }

    /// <summary>Channels 4k to 4k + 3 of sixteen rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> Near(Vector512<long> rows0, Vector512<long> rows8) =>
        Avx512F.Shuffle4x128(rows0, rows8, 0x88).AsInt16();

    /// <summary>Channels 16 + 4k to 16 + 4k + 3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> Far(Vector512<long> rows0, Vector512<long> rows8) =>
        Avx512F.Shuffle4x128(rows0, rows8, 0xdd).AsInt16();

    /// <summary>The two pairs of four channels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Widen(Vector512<short> quad, Vector512<short> factors, out Vector512<short> pair0, out Vector512<short> pair1)
    {
        (pair0, pair1) = (quad << 8 >> 8, quad >> 8);
        if (TBlock.HasFactors) (pair0, pair1) = (pair0 * factors, pair1 * factors);
    }

    /// <summary>The factors of the halves of sixteen rows, each twice; only if the format has factors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Factors(byte* at, long rowBytes, int block, out Vector512<short> f0, out Vector512<short> f1)
    {
        (f0, f1) = (default, default);
        if (TBlock.HasFactors) LoadFactors(at, rowBytes, block, out f0, out f1);
    }

    private static void LoadFactors(byte* at, long rowBytes, int block, out Vector512<short> f0, out Vector512<short> f1)
    {
        var factors = stackalloc int[2 * Rows];
        for (var r = 0; r < Rows; r++, at += rowBytes)
        {
            TBlock.Factors(at, block, out var first, out var second);
            factors[r] = (ushort)first * 0x10001;
            factors[Rows + r] = (ushort)second * 0x10001;
        }
        (f0, f1) = (Vector512.Load(factors).AsInt16(), Vector512.Load(factors + Rows).AsInt16());
    }
}
