using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace LoRDBA.Runtime.Kernels;

/// <content>
/// AdvSimd, on every arm64 processor. A pair of channels stays a pair of sums until its block ends:
/// <code>
///   SMLAL, SMLAL2  | r0: q0 q1 | r1: q0 q1 | r2 | r3 |  times  | a0 a1 | a0 a1 | ...   →   | r0 even odd | r1 even odd |  and  r2, r3
///   ADDP           once a block                                                        →   | r0 | r1 | r2 | r3 |
/// </code>
/// 32 registers hold the sums of eight rows and four tokens (16), two of weights and one of activations.
/// </content>
internal sealed unsafe partial class BlockMatMul<TBlock>
{
    private static void PanelAdvSimd(in TileProduct p)
    {
        var t = 0;
        for (; t <= p.Tokens - 4; t += 4)
            for (var row = 0; row < WeightTile.Rows; row += 8) FourAdvSimd(p, t, row);
        for (; t < p.Tokens; t++)
            for (var row = 0; row < WeightTile.Rows; row += 8) OneAdvSimd(p, t, row);
    }

    private static void FourAdvSimd(in TileProduct p, int token, int row)
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
            for (var t = 0; t < 4; t++) Clear(y + t * stride);

        for (var end = d + p.Count; d < end; d++, s++, scales += WeightTile.Rows, mins += WeightTile.Rows)
        {
            Vector128<int> s00 = default, s01 = default, s02 = default, s03 = default, s10 = default, s11 = default, s12 = default, s13 = default;
            Vector128<int> s20 = default, s21 = default, s22 = default, s23 = default, s30 = default, s31 = default, s32 = default, s33 = default;
            for (var blockEnd = a + QuantizedRows.BlockLength; a < blockEnd; a += 2, w += WeightTile.PairStride)
            {
                var (w0, w1) = (Vector128.Load(w), Vector128.Load(w + 8));
                AddPair(a, w0, w1, ref s00, ref s01, ref s02, ref s03);
                AddPair(a + width, w0, w1, ref s10, ref s11, ref s12, ref s13);
                AddPair(a + 2 * width, w0, w1, ref s20, ref s21, ref s22, ref s23);
                AddPair(a + 3 * width, w0, w1, ref s30, ref s31, ref s32, ref s33);
            }
            AddBlock(d, s, scales, mins, s00, s01, s02, s03, y);
            AddBlock(d + blocks, s + blocks, scales, mins, s10, s11, s12, s13, y + stride);
            AddBlock(d + 2 * blocks, s + 2 * blocks, scales, mins, s20, s21, s22, s23, y + 2 * stride);
            AddBlock(d + 3 * blocks, s + 3 * blocks, scales, mins, s30, s31, s32, s33, y + 3 * stride);
        }
    }

    private static void OneAdvSimd(in TileProduct p, int token, int row)
    {
        var w = p.Tile.Codes + 2 * row;
        var scales = p.Tile.Scales + row;
        var mins = p.Tile.Mins + row;
        var a = p.Codes + token * p.Width;
        var d = p.Scales + token * p.Blocks;
        var s = p.Sums + token * p.Blocks;
        var y = p.Y + token * p.Stride + row;
        if (!p.Adds) Clear(y);
        for (var end = d + p.Count; d < end; d++, s++, scales += WeightTile.Rows, mins += WeightTile.Rows)
        {
            Vector128<int> s0 = default, s1 = default, s2 = default, s3 = default;
            for (var blockEnd = a + QuantizedRows.BlockLength; a < blockEnd; a += 2, w += WeightTile.PairStride)
                AddPair(a, Vector128.Load(w), Vector128.Load(w + 8), ref s0, ref s1, ref s2, ref s3);
            AddBlock(d, s, scales, mins, s0, s1, s2, s3, y);
        }
    }

    private static void Clear(float* y)
    {
        Vector128<float>.Zero.Store(y);
        Vector128<float>.Zero.Store(y + 4);
    }

    /// <summary>Two channels of one token times eight rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddPair(short* a, Vector128<short> w0, Vector128<short> w1, ref Vector128<int> s0, ref Vector128<int> s1, ref Vector128<int> s2, ref Vector128<int> s3)
    {
        var pair = Vector128.Create(*(int*)a).AsInt16();
        s0 = AdvSimd.MultiplyWideningLowerAndAdd(s0, w0.GetLower(), pair.GetLower());
        s1 = AdvSimd.MultiplyWideningUpperAndAdd(s1, w0, pair);
        s2 = AdvSimd.MultiplyWideningLowerAndAdd(s2, w1.GetLower(), pair.GetLower());
        s3 = AdvSimd.MultiplyWideningUpperAndAdd(s3, w1, pair);
    }

    /// <summary>y[0 .. 8) += a block's products</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddBlock(float* d, float* s, float* scales, float* mins, Vector128<int> s0, Vector128<int> s1, Vector128<int> s2, Vector128<int> s3, float* y)
    {
        var (x, sum) = (Vector128.Create(*d), Vector128.Create(*s));
        AddRows(AdvSimd.Arm64.AddPairwise(s0, s1), x, scales, mins, sum, Vector128.Load(y)).Store(y);
        AddRows(AdvSimd.Arm64.AddPairwise(s2, s3), x, scales + 4, mins + 4, sum, Vector128.Load(y + 4)).Store(y + 4);
    }

    /// <summary>y of four rows with a block added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> AddRows(Vector128<int> products, Vector128<float> d, float* scales, float* mins, Vector128<float> sum, Vector128<float> y)
    {
        y = AdvSimd.FusedMultiplyAdd(y, AdvSimd.ConvertToSingle(products) * d, Vector128.Load(scales));
        return TBlock.HasMin ? AdvSimd.FusedMultiplyAdd(y, Vector128.Load(mins), sum) : y;
    }

    /// <summary>Sixteen rows times one token, four at a time: four sums a row, added up by pairs to a lane a row.</summary>
    private static void RowsAdvSimd(byte* w, long rowBytes, float* scales, float* mins, in QuantizedRows x, int token, float* y)
    {
        for (var row = 0; row < RowsTogether; row += 4)
            FourRowsAdvSimd(w + row * rowBytes, rowBytes, scales + row, mins + row, x, token, y + row);
    }

    private static void FourRowsAdvSimd(byte* w, long rowBytes, float* scales, float* mins, in QuantizedRows x, int token, float* y)
    {
        var a = x.CodesOf(token);
        var d = x.ScalesOf(token);
        var s = x.SumsOf(token);
        var blocks = x.Blocks;
        var sum = Vector128<float>.Zero;
        for (var b = 0; b < blocks; b++, a += QuantizedRows.BlockLength, scales += RowsTogether, mins += RowsTogether)
        {
            var at = w + TBlock.Offset(b);
            var products = SumRows(Products(at, b, a), Products(at + rowBytes, b, a), Products(at + 2 * rowBytes, b, a), Products(at + 3 * rowBytes, b, a));
            sum = AddRows(products, Vector128.Create(d[b]), scales, mins, Vector128.Create(s[b]), sum);
        }
        sum.Store(y);
    }

    /// <summary>Four sums of each of four rows, to a lane a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> SumRows(Vector128<int> p0, Vector128<int> p1, Vector128<int> p2, Vector128<int> p3) =>
        AdvSimd.Arm64.AddPairwise(AdvSimd.Arm64.AddPairwise(p0, p1), AdvSimd.Arm64.AddPairwise(p2, p3));

    /// <summary>A row's 32 products, as 4 sums of eight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Products(byte* at, int block, short* a)
    {
        Load(at, block, out var w0, out var w1, out var w2, out var w3);
        var lower = Multiply(w0.AsInt16(), Vector128.Load(a), Vector128<int>.Zero);
        var upper = Multiply(w1.AsInt16(), Vector128.Load(a + 8), Vector128<int>.Zero);
        lower = Multiply(w2.AsInt16(), Vector128.Load(a + 16), lower);
        upper = Multiply(w3.AsInt16(), Vector128.Load(a + 24), upper);
        return lower + upper;
    }

    /// <summary>sum + eight products</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Multiply(Vector128<short> w, Vector128<short> a, Vector128<int> sum) =>
        AdvSimd.MultiplyWideningUpperAndAdd(AdvSimd.MultiplyWideningLowerAndAdd(sum, w.GetLower(), a.GetLower()), w, a);
}
