using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products.X64;

/// <summary>AVX2: fills tiles as AVX-512 does (<see cref="Avx512Unpacking{TBlock}"/>), eight rows at a time.</summary>
internal static unsafe class Avx2Unpacking<TBlock> where TBlock : struct, IQuantizedBlock
{
    private const int RowsTogether = 8;

    public static void Run(in BlockRange range, in WeightTile tile)
    {
        if (range.Rows < WeightTile.Rows)
        {
            PairUnpacking<TBlock>.Run(range, tile);
            return;
        }
        for (var r = 0; r < WeightTile.Rows; r += RowsTogether)
        {
            var row = range.RowAt(r);
            var to = tile.Codes + 2 * r;
            for (var b = 0; b < range.Count; b++, to += QuantizedRows.BlockLength / 2 * WeightTile.PairStride)
                UnpackBlock(row + TBlock.Offset(range.First + b), range.RowBytes, range.First + b, to);
        }
    }

    private static void UnpackBlock(byte* at, long rowBytes, int block, short* to)
    {
        Vector256<short> f0 = default, f1 = default;
        if (TBlock.HasFactors) LoadFactors(at, rowBytes, block, out f0, out f1);
        FourRows(at, rowBytes, block, out var t0, out var t1, out var t2, out var t3);
        FourRows(at + 4 * rowBytes, rowBytes, block, out var u0, out var u1, out var u2, out var u3);
        StoreQuads(t0, u0, f0, f1, to);
        StoreQuads(t1, u1, f0, f1, to + 2 * WeightTile.PairStride);
        StoreQuads(t2, u2, f0, f1, to + 4 * WeightTile.PairStride);
        StoreQuads(t3, u3, f0, f1, to + 6 * WeightTile.PairStride);
    }

    /// <summary>Four rows' channels 4k to 4k + 3, and in the upper half 16 beyond these, k = 0 to 3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourRows(
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

    /// <summary>Four channels of eight rows, and the four that lie 16 channels beyond.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreQuads(Vector256<long> t, Vector256<long> u, Vector256<short> f0, Vector256<short> f1, short* to)
    {
        StoreQuad(Avx2.Permute2x128(t, u, 0x20).AsInt16(), f0, to);
        StoreQuad(Avx2.Permute2x128(t, u, 0x31).AsInt16(), f1, to + 8 * WeightTile.PairStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreQuad(Vector256<short> quad, Vector256<short> factors, short* to)
    {
        var (even, odd) = (quad << 8 >> 8, quad >> 8);
        if (TBlock.HasFactors) (even, odd) = (even * factors, odd * factors);
        even.Store(to);
        odd.Store(to + WeightTile.PairStride);
    }

    /// <summary>The factors of the halves of eight rows, each twice.</summary>
    private static void LoadFactors(byte* at, long rowBytes, int block, out Vector256<short> f0, out Vector256<short> f1)
    {
        var factors = stackalloc int[2 * RowsTogether];
        for (var r = 0; r < RowsTogether; r++, at += rowBytes)
        {
            TBlock.Factors(at, block, out var first, out var second);
            factors[r] = (ushort)first * 0x10001;
            factors[RowsTogether + r] = (ushort)second * 0x10001;
        }
        (f0, f1) = (Vector256.Load(factors).AsInt16(), Vector256.Load(factors + RowsTogether).AsInt16());
    }
}
