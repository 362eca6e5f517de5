using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LoRDBA.Runtime.Kernels;

/// <content>
/// AVX-512. Without VNNI a product of whole numbers and its sum are two instructions:
/// <code>
///   vpmaddwd  32 products of 16 bits → 16 sums of two in i32
///   vpaddd    to the block's sums
/// </code>
/// </content>
internal sealed unsafe partial class BlockMatMul<TBlock>
{
    /// <summary>Tokens in fours: a pair of weight registers, 32 rows, meets four broadcast pairs of activations.</summary>
    private static void BatchAvx512(in TileProduct p)
    {
        var t = 0;
        for (; t <= p.Tokens - 4; t += 4) FourAvx512(p, t);
        for (; t < p.Tokens; t++) OneAvx512(p, t);
    }

    private static void FourAvx512(in TileProduct p, int token)
    {
        var w = p.Tile.Codes;
        var scales = p.Tile.Scales;
        var mins = p.Tile.Mins;
        var a = p.Codes + token * p.Width;
        var d = p.Scales + token * p.Blocks;
        var s = p.Sums + token * p.Blocks;
        var y = p.Y + token * p.Stride;
        var (width, blocks, stride) = (p.Width, p.Blocks, p.Stride);

        Vector512<float> y00 = default, y01 = default, y10 = default, y11 = default, y20 = default, y21 = default, y30 = default, y31 = default;
        if (p.Adds)
        {
            (y00, y01) = (Vector512.Load(y), Vector512.Load(y + 16));
            (y10, y11) = (Vector512.Load(y + stride), Vector512.Load(y + stride + 16));
            (y20, y21) = (Vector512.Load(y + 2 * stride), Vector512.Load(y + 2 * stride + 16));
            (y30, y31) = (Vector512.Load(y + 3 * stride), Vector512.Load(y + 3 * stride + 16));
        }

        for (var end = d + p.Count; d < end; d++, s++, scales += WeightTile.Rows, mins += WeightTile.Rows)
        {
            Vector512<int> s00 = default, s01 = default, s10 = default, s11 = default, s20 = default, s21 = default, s30 = default, s31 = default;
            for (var blockEnd = a + QuantizedRows.BlockLength; a < blockEnd; a += 4, w += 2 * WeightTile.PairStride)
            {
                var (w0, w1) = (Vector512.Load(w), Vector512.Load(w + 32));
                AddPair(a, w0, w1, ref s00, ref s01);
                AddPair(a + width, w0, w1, ref s10, ref s11);
                AddPair(a + 2 * width, w0, w1, ref s20, ref s21);
                AddPair(a + 3 * width, w0, w1, ref s30, ref s31);
                (w0, w1) = (Vector512.Load(w + 64), Vector512.Load(w + 96));
                AddPair(a + 2, w0, w1, ref s00, ref s01);
                AddPair(a + width + 2, w0, w1, ref s10, ref s11);
                AddPair(a + 2 * width + 2, w0, w1, ref s20, ref s21);
                AddPair(a + 3 * width + 2, w0, w1, ref s30, ref s31);
            }

            var (scale0, scale1) = (Vector512.Load(scales), Vector512.Load(scales + 16));
            AddBlock(d, scale0, scale1, s00, s01, ref y00, ref y01);
            AddBlock(d + blocks, scale0, scale1, s10, s11, ref y10, ref y11);
            AddBlock(d + 2 * blocks, scale0, scale1, s20, s21, ref y20, ref y21);
            AddBlock(d + 3 * blocks, scale0, scale1, s30, s31, ref y30, ref y31);
            if (!TBlock.HasMin) continue;

            var (min0, min1) = (Vector512.Load(mins), Vector512.Load(mins + 16));
            AddMin(s, min0, min1, ref y00, ref y01);
            AddMin(s + blocks, min0, min1, ref y10, ref y11);
            AddMin(s + 2 * blocks, min0, min1, ref y20, ref y21);
            AddMin(s + 3 * blocks, min0, min1, ref y30, ref y31);
        }

        y00.Store(y);
        y01.Store(y + 16);
        y10.Store(y + stride);
        y11.Store(y + stride + 16);
        y20.Store(y + 2 * stride);
        y21.Store(y + 2 * stride + 16);
        y30.Store(y + 3 * stride);
        y31.Store(y + 3 * stride + 16);
    }

    private static void OneAvx512(in TileProduct p, int token)
    {
        var w = p.Tile.Codes;
        var scales = p.Tile.Scales;
        var mins = p.Tile.Mins;
        var a = p.Codes + token * p.Width;
        var d = p.Scales + token * p.Blocks;
        var s = p.Sums + token * p.Blocks;
        var y = p.Y + token * p.Stride;

        Vector512<float> y0 = default, y1 = default;
        if (p.Adds) (y0, y1) = (Vector512.Load(y), Vector512.Load(y + 16));
        for (var end = d + p.Count; d < end; d++, s++, scales += WeightTile.Rows, mins += WeightTile.Rows)
        {
            Vector512<int> s0 = default, s1 = default;
            for (var blockEnd = a + QuantizedRows.BlockLength; a < blockEnd; a += 2, w += WeightTile.PairStride)
                AddPair(a, Vector512.Load(w), Vector512.Load(w + 32), ref s0, ref s1);
            AddBlock(d, Vector512.Load(scales), Vector512.Load(scales + 16), s0, s1, ref y0, ref y1);
            if (TBlock.HasMin) AddMin(s, Vector512.Load(mins), Vector512.Load(mins + 16), ref y0, ref y1);
        }
        y0.Store(y);
        y1.Store(y + 16);
    }

    /// <summary>Two channels of one token times 32 rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddPair(short* a, Vector512<short> w0, Vector512<short> w1, ref Vector512<int> s0, ref Vector512<int> s1)
    {
        var pair = Vector512.Create(*(int*)a).AsInt16();
        s0 += Avx512BW.MultiplyAddAdjacent(w0, pair);
        s1 += Avx512BW.MultiplyAddAdjacent(w1, pair);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddBlock(float* d, Vector512<float> scale0, Vector512<float> scale1, Vector512<int> s0, Vector512<int> s1, ref Vector512<float> y0, ref Vector512<float> y1)
    {
        var x = Vector512.Create(*d);
        y0 = Avx512F.FusedMultiplyAdd(Avx512F.ConvertToVector512Single(s0) * x, scale0, y0);
        y1 = Avx512F.FusedMultiplyAdd(Avx512F.ConvertToVector512Single(s1) * x, scale1, y1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddMin(float* s, Vector512<float> min0, Vector512<float> min1, ref Vector512<float> y0, ref Vector512<float> y1)
    {
        var x = Vector512.Create(*s);
        y0 = Avx512F.FusedMultiplyAdd(min0, x, y0);
        y1 = Avx512F.FusedMultiplyAdd(min1, x, y1);
    }

    /// <summary>Sixteen rows times one token: a register of partial sums a row, then a tree that ends with a lane a row.</summary>
    private static void RowsAvx512(byte* w, long rowBytes, float* scales, float* mins, in QuantizedRows x, int token, float* y)
    {
        var a = x.CodesOf(token);
        var d = x.ScalesOf(token);
        var s = x.SumsOf(token);
        var blocks = x.Blocks;
        var sum = Vector512<float>.Zero;
        var ahead = new RowsAhead(w, RowsTogether * rowBytes, blocks);
        for (var b = 0; b < blocks; b++, a += QuantizedRows.BlockLength)
        {
            ahead.Prefetch();
            var codes = Vector512.Load(a);
            var at = w + TBlock.Offset(b);
            var rows0 = FourRows(at, rowBytes, b, codes);
            var rows4 = FourRows(at + 4 * rowBytes, rowBytes, b, codes);
            var rows8 = FourRows(at + 8 * rowBytes, rowBytes, b, codes);
            var rows12 = FourRows(at + 12 * rowBytes, rowBytes, b, codes);

            // Four 128-bit lanes a register, to one: 0 1 2 3 | ... → 0+2 1+3 | ... → the sum
            var half0 = Avx512F.Shuffle4x128(rows0, rows4, 0x44) + Avx512F.Shuffle4x128(rows0, rows4, 0xee);
            var half8 = Avx512F.Shuffle4x128(rows8, rows12, 0x44) + Avx512F.Shuffle4x128(rows8, rows12, 0xee);
            var products = Avx512F.Shuffle4x128(half0, half8, 0x88) + Avx512F.Shuffle4x128(half0, half8, 0xdd);

            sum = AddBlock(sum, products, d[b], s[b], scales + b * RowsTogether, mins + b * RowsTogether);
        }
        sum.Store(y);
    }

    /// <summary>sum of sixteen rows with a block added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> AddBlock(Vector512<float> sum, Vector512<int> products, float d, float s, float* scales, float* mins)
    {
        sum = Avx512F.FusedMultiplyAdd(Avx512F.ConvertToVector512Single(products) * Vector512.Create(d), Vector512.Load(scales), sum);
        return TBlock.HasMin ? Avx512F.FusedMultiplyAdd(Vector512.Load(mins), Vector512.Create(s), sum) : sum;
    }

    /// <summary>In each 128-bit lane the partial sums of four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> FourRows(byte* at, long rowBytes, int block, Vector512<short> codes)
    {
        var p0 = Products(at, block, codes);
        var p1 = Products(at + rowBytes, block, codes);
        var p2 = Products(at + 2 * rowBytes, block, codes);
        var p3 = Products(at + 3 * rowBytes, block, codes);
        return SumLanes(p0, p1, p2, p3);
    }

    /// <summary>In each 128-bit lane the four sums of its four numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> SumLanes(Vector512<int> p0, Vector512<int> p1, Vector512<int> p2, Vector512<int> p3)
    {
        var p01 = Avx512F.UnpackLow(p0, p1) + Avx512F.UnpackHigh(p0, p1);
        var p23 = Avx512F.UnpackLow(p2, p3) + Avx512F.UnpackHigh(p2, p3);
        return Avx512F.UnpackLow(p01.AsInt64(), p23.AsInt64()).AsInt32() + Avx512F.UnpackHigh(p01.AsInt64(), p23.AsInt64()).AsInt32();
    }

    /// <summary>A row's 32 products, as 16 sums of two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Products(byte* at, int block, Vector512<short> codes)
    {
        var q = Avx512BW.ConvertToVector512Int16(TBlock.Load(at, block));
        if (TBlock.HasFactors)
        {
            TBlock.Factors(at, block, out var f0, out var f1);
            q *= Vector512.Create(Vector256.Create(f0), Vector256.Create(f1));
        }
        return Avx512BW.MultiplyAddAdjacent(q, codes);
    }
}
