using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LoRDBA.Runtime.Kernels;

/// <content>
/// AVX2: as AVX-512 with registers of half the width. Sixteen of them hold the sums of 16 rows and four tokens, and no outputs beside them: those stay in
/// memory, which is the first-level cache.
/// </content>
internal sealed unsafe partial class BlockMatMul<TBlock>
{
    private static void BatchAvx2(in TileProduct p)
    {
        var t = 0;
        for (; t <= p.Tokens - 4; t += 4)
        {
            FourAvx2(p, t, row: 0);
            FourAvx2(p, t, row: 16);
        }
        for (; t < p.Tokens; t++)
        {
            OneAvx2(p, t, row: 0);
            OneAvx2(p, t, row: 16);
        }
    }

    private static void FourAvx2(in TileProduct p, int token, int row)
    {
        var w = p.Tile.Codes + 2 * row;
        var scales = p.Tile.Scales + row;
        var mins = p.Tile.Mins + row;
        var a = p.Codes + token * p.Width;
        var d = p.Scales + token * p.Blocks;
        var s = p.Sums + token * p.Blocks;
        var y = p.Y + token * p.Stride + row;
        var (width, blocks, stride) = (p.Width, p.Blocks, p.Stride);

        if (!p.Adds)
            for (var t = 0; t < 4; t++)
            {
                Vector256<float>.Zero.Store(y + t * stride);
                Vector256<float>.Zero.Store(y + t * stride + 8);
            }

        for (var end = d + p.Count; d < end; d++, s++, scales += WeightTile.Rows, mins += WeightTile.Rows)
        {
            Vector256<int> s00 = default, s01 = default, s10 = default, s11 = default, s20 = default, s21 = default, s30 = default, s31 = default;
            for (var blockEnd = a + QuantizedRows.BlockLength; a < blockEnd; a += 4, w += 2 * WeightTile.PairStride)
            {
                var (w0, w1) = (Vector256.Load(w), Vector256.Load(w + 16));
                AddPair(a, w0, w1, ref s00, ref s01);
                AddPair(a + width, w0, w1, ref s10, ref s11);
                AddPair(a + 2 * width, w0, w1, ref s20, ref s21);
                AddPair(a + 3 * width, w0, w1, ref s30, ref s31);
                (w0, w1) = (Vector256.Load(w + WeightTile.PairStride), Vector256.Load(w + WeightTile.PairStride + 16));
                AddPair(a + 2, w0, w1, ref s00, ref s01);
                AddPair(a + width + 2, w0, w1, ref s10, ref s11);
                AddPair(a + 2 * width + 2, w0, w1, ref s20, ref s21);
                AddPair(a + 3 * width + 2, w0, w1, ref s30, ref s31);
            }
            AddBlock(d, s, scales, mins, s00, s01, y);
            AddBlock(d + blocks, s + blocks, scales, mins, s10, s11, y + stride);
            AddBlock(d + 2 * blocks, s + 2 * blocks, scales, mins, s20, s21, y + 2 * stride);
            AddBlock(d + 3 * blocks, s + 3 * blocks, scales, mins, s30, s31, y + 3 * stride);
        }
    }

    private static void OneAvx2(in TileProduct p, int token, int row)
    {
        var w = p.Tile.Codes + 2 * row;
        var scales = p.Tile.Scales + row;
        var mins = p.Tile.Mins + row;
        var a = p.Codes + token * p.Width;
        var d = p.Scales + token * p.Blocks;
        var s = p.Sums + token * p.Blocks;
        var y = p.Y + token * p.Stride + row;
        if (!p.Adds)
        {
            Vector256<float>.Zero.Store(y);
            Vector256<float>.Zero.Store(y + 8);
        }
        for (var end = d + p.Count; d < end; d++, s++, scales += WeightTile.Rows, mins += WeightTile.Rows)
        {
            Vector256<int> s0 = default, s1 = default;
            for (var blockEnd = a + QuantizedRows.BlockLength; a < blockEnd; a += 2, w += WeightTile.PairStride)
                AddPair(a, Vector256.Load(w), Vector256.Load(w + 16), ref s0, ref s1);
            AddBlock(d, s, scales, mins, s0, s1, y);
        }
    }

    /// <summary>Two channels of one token times 16 rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddPair(short* a, Vector256<short> w0, Vector256<short> w1, ref Vector256<int> s0, ref Vector256<int> s1)
    {
        var pair = Vector256.Create(*(int*)a).AsInt16();
        s0 += Avx2.MultiplyAddAdjacent(w0, pair);
        s1 += Avx2.MultiplyAddAdjacent(w1, pair);
    }

    /// <summary>y[0 .. 16) += a block's products</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddBlock(float* d, float* s, float* scales, float* mins, Vector256<int> s0, Vector256<int> s1, float* y)
    {
        var x = Vector256.Create(*d);
        var y0 = Fma.MultiplyAdd(Avx.ConvertToVector256Single(s0) * x, Vector256.Load(scales), Vector256.Load(y));
        var y1 = Fma.MultiplyAdd(Avx.ConvertToVector256Single(s1) * x, Vector256.Load(scales + 8), Vector256.Load(y + 8));
        if (TBlock.HasMin)
        {
            y0 = Fma.MultiplyAdd(Vector256.Load(mins), Vector256.Create(*s), y0);
            y1 = Fma.MultiplyAdd(Vector256.Load(mins + 8), Vector256.Create(*s), y1);
        }
        y0.Store(y);
        y1.Store(y + 8);
    }

    /// <summary>Sixteen rows times one token, eight at a time: a register of partial sums a row, then a tree that ends with a lane a row.</summary>
    private static void RowsAvx2(byte* w, long rowBytes, float* scales, float* mins, in QuantizedRows x, int token, float* y)
    {
        EightRows(w, rowBytes, scales, mins, x, token, y);
        EightRows(w + 8 * rowBytes, rowBytes, scales + 8, mins + 8, x, token, y + 8);
    }

    private static void EightRows(byte* w, long rowBytes, float* scales, float* mins, in QuantizedRows x, int token, float* y)
    {
        var a = x.CodesOf(token);
        var d = x.ScalesOf(token);
        var s = x.SumsOf(token);
        var blocks = x.Blocks;
        var sum = Vector256<float>.Zero;
        var ahead = new RowsAhead(w, 8 * rowBytes, blocks);
        for (var b = 0; b < blocks; b++, a += QuantizedRows.BlockLength, scales += RowsTogether, mins += RowsTogether)
        {
            ahead.Prefetch();
            var (codes0, codes1) = (Vector256.Load(a), Vector256.Load(a + 16));
            var at = w + TBlock.Offset(b);
            var rows0 = FourRows(at, rowBytes, b, codes0, codes1);
            var rows4 = FourRows(at + 4 * rowBytes, rowBytes, b, codes0, codes1);
            var products = Avx2.Permute2x128(rows0, rows4, 0x20) + Avx2.Permute2x128(rows0, rows4, 0x31);

            sum = Fma.MultiplyAdd(Avx.ConvertToVector256Single(products) * Vector256.Create(d[b]), Vector256.Load(scales), sum);
            if (TBlock.HasMin) sum = Fma.MultiplyAdd(Vector256.Load(mins), Vector256.Create(s[b]), sum);
        }
        sum.Store(y);
    }

    /// <summary>In each 128-bit lane the partial sums of four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> FourRows(byte* at, long rowBytes, int block, Vector256<short> codes0, Vector256<short> codes1)
    {
        var p0 = Products(at, block, codes0, codes1);
        var p1 = Products(at + rowBytes, block, codes0, codes1);
        var p2 = Products(at + 2 * rowBytes, block, codes0, codes1);
        var p3 = Products(at + 3 * rowBytes, block, codes0, codes1);
        var p01 = Avx2.UnpackLow(p0, p1) + Avx2.UnpackHigh(p0, p1);
        var p23 = Avx2.UnpackLow(p2, p3) + Avx2.UnpackHigh(p2, p3);
        return Avx2.UnpackLow(p01.AsInt64(), p23.AsInt64()).AsInt32() + Avx2.UnpackHigh(p01.AsInt64(), p23.AsInt64()).AsInt32();
    }

    /// <summary>A row's 32 products, as 8 sums of four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Products(byte* at, int block, Vector256<short> codes0, Vector256<short> codes1)
    {
        var q = TBlock.Load(at, block);
        var (q0, q1) = (Avx2.ConvertToVector256Int16(q.GetLower()), Avx2.ConvertToVector256Int16(q.GetUpper()));
        if (TBlock.HasFactors)
        {
            TBlock.Factors(at, block, out var f0, out var f1);
            (q0, q1) = (q0 * f0, q1 * f1);
        }
        return Avx2.MultiplyAddAdjacent(q0, codes0) + Avx2.MultiplyAddAdjacent(q1, codes1);
    }
}
