using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products.Arm64;

/// <summary>
/// arm64 with dot products of bytes, a batch. Lanes are rows, a byte in each of four channels, and four bytes of a token multiply them all:
/// <code>
///   SDOT   | r0: q0 q1 q2 q3 | r1: q0 q1 q2 q3 | r2 ... | r3 ... |  times  a.4b[channel / 4 % 4]   →   | r0 | r1 | r2 | r3 |
/// </code>
/// An activation is 256 · hi + lo (see <see cref="ActivationBytes"/>). Four tokens are split once for all rows of the tile:
/// <code>
///   block 0:  | hi: token 0 | token 1 | token 2 | token 3 | lo: token 0 | token 1 | token 2 | token 3 |      int8 [blocks][2][4][32]
///   block 1:  | ...
/// </code>
/// A lone token has the same without the others.
/// </summary>
internal static unsafe class DpBatch<TBlock> where TBlock : struct, IQuantizedBlock
{
    /// <summary>Bytes from four channels of the tile's rows to the next four.</summary>
    private const int QuadStride = 4 * WeightTile.Rows;

    public static void Run(in TileProduct p)
    {
        var bytes = stackalloc sbyte[WeightTile.MaxBlocks * 2 * 4 * QuantizedRows.BlockLength];
        var t = 0;
        for (; t <= p.Tokens - 4; t += 4)
        {
            Split(p, t, count: 4, bytes);
            for (var row = 0; row < WeightTile.Rows; row += 8) FourTokens(p, t, row, bytes);
        }
        for (; t < p.Tokens; t++)
        {
            Split(p, t, count: 1, bytes);
            for (var row = 0; row < WeightTile.Rows; row += 8) OneToken(p, t, row, bytes);
        }
    }

    /// <summary>The bytes of <paramref name="count"/> tokens, block by block.</summary>
    private static void Split(in TileProduct p, int token, int count, sbyte* to)
    {
        var stride = 2 * count * QuantizedRows.BlockLength;
        for (var t = 0; t < count; t++)
        {
            var a = p.Codes + (token + t) * p.Width;
            var hi = to + t * QuantizedRows.BlockLength;
            var lo = hi + count * QuantizedRows.BlockLength;
            for (var b = 0; b < p.Count; b++, a += QuantizedRows.BlockLength, hi += stride, lo += stride)
            {
                var (a0, a1, a2, a3) = (Vector128.Load(a), Vector128.Load(a + 8), Vector128.Load(a + 16), Vector128.Load(a + 24));
                ActivationBytes.High(a0, a1).Store(hi);
                ActivationBytes.High(a2, a3).Store(hi + 16);
                ActivationBytes.Low(a0, a1).Store(lo);
                ActivationBytes.Low(a2, a3).Store(lo + 16);
            }
        }
    }

    private static void FourTokens(in TileProduct p, int token, int row, sbyte* a)
    {
        var w = new WeightCursor(p.Tile, row, codesTogether: 2);
        var codes = (sbyte*)w.Codes;
        var x = new TokenCursor(p, token);
        var y = p.OutputsOf(token, row);
        var (blocks, stride) = (p.Blocks, p.Stride);

        Vector128<float> y00 = default, y01 = default, y10 = default, y11 = default;
        Vector128<float> y20 = default, y21 = default, y30 = default, y31 = default;
        if (p.Adds)
        {
            (y00, y01) = (Vector128.Load(y), Vector128.Load(y + 4));
            (y10, y11) = (Vector128.Load(y + stride), Vector128.Load(y + stride + 4));
            (y20, y21) = (Vector128.Load(y + 2 * stride), Vector128.Load(y + 2 * stride + 4));
            (y30, y31) = (Vector128.Load(y + 3 * stride), Vector128.Load(y + 3 * stride + 4));
        }
        for (var end = x.Scale + p.Count; x.Scale < end; x.NextBlock(), w.NextBlock(), codes += 8 * QuadStride)
        {
            Vector128<int> s00 = default, s01 = default, s10 = default, s11 = default;
            Vector128<int> s20 = default, s21 = default, s30 = default, s31 = default;
            AddQuads(codes, a, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
            AddQuads(codes + 4 * QuadStride, a + 16, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
            (s00, s01, s10, s11) = (s00 << 8, s01 << 8, s10 << 8, s11 << 8);
            (s20, s21, s30, s31) = (s20 << 8, s21 << 8, s30 << 8, s31 << 8);
            a += 4 * QuantizedRows.BlockLength;
            AddQuads(codes, a, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
            AddQuads(codes + 4 * QuadStride, a + 16, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
            a += 4 * QuantizedRows.BlockLength;
            BlockSums<TBlock>.AddBlock(x.Scale, x.Sum, w.Scales, w.Mins, s00, s01, ref y00, ref y01);
            BlockSums<TBlock>.AddBlock(x.Scale + blocks, x.Sum + blocks, w.Scales, w.Mins, s10, s11, ref y10, ref y11);
            BlockSums<TBlock>.AddBlock(x.Scale + 2 * blocks, x.Sum + 2 * blocks, w.Scales, w.Mins, s20, s21, ref y20, ref y21);
            BlockSums<TBlock>.AddBlock(x.Scale + 3 * blocks, x.Sum + 3 * blocks, w.Scales, w.Mins, s30, s31, ref y30, ref y31);
        }
        BlockSums<TBlock>.Store(y00, y01, y);
        BlockSums<TBlock>.Store(y10, y11, y + stride);
        BlockSums<TBlock>.Store(y20, y21, y + 2 * stride);
        BlockSums<TBlock>.Store(y30, y31, y + 3 * stride);
    }

    private static void OneToken(in TileProduct p, int token, int row, sbyte* a)
    {
        var w = new WeightCursor(p.Tile, row, codesTogether: 2);
        var codes = (sbyte*)w.Codes;
        var x = new TokenCursor(p, token);
        var y = p.OutputsOf(token, row);
        var (y0, y1) = p.Adds ? (Vector128.Load(y), Vector128.Load(y + 4)) : default;
        for (var end = x.Scale + p.Count; x.Scale < end; x.NextBlock(), w.NextBlock(), codes += 8 * QuadStride)
        {
            Vector128<int> s0 = default, s1 = default;
            for (var half = 0; half < 2; half++, a += QuantizedRows.BlockLength)
            {
                (s0, s1) = (s0 << 8, s1 << 8);
                AddQuads(codes, Vector128.Load(a), ref s0, ref s1);
                AddQuads(codes + 4 * QuadStride, Vector128.Load(a + 16), ref s0, ref s1);
            }
            BlockSums<TBlock>.AddBlock(x.Scale, x.Sum, w.Scales, w.Mins, s0, s1, ref y0, ref y1);
        }
        BlockSums<TBlock>.Store(y0, y1, y);
    }

    /// <summary>Sixteen channels of eight rows times four tokens.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddQuads(
        sbyte* w, sbyte* a, ref Vector128<int> s00, ref Vector128<int> s01, ref Vector128<int> s10, ref Vector128<int> s11,
        ref Vector128<int> s20, ref Vector128<int> s21, ref Vector128<int> s30, ref Vector128<int> s31)
    {
        AddQuads(w, Vector128.Load(a), ref s00, ref s01);
        AddQuads(w, Vector128.Load(a + QuantizedRows.BlockLength), ref s10, ref s11);
        AddQuads(w, Vector128.Load(a + 2 * QuantizedRows.BlockLength), ref s20, ref s21);
        AddQuads(w, Vector128.Load(a + 3 * QuantizedRows.BlockLength), ref s30, ref s31);
    }

    /// <summary>Sixteen channels of eight rows times one token.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddQuads(sbyte* w, Vector128<sbyte> a, ref Vector128<int> s0, ref Vector128<int> s1)
    {
        AddQuad(w, a, 0, ref s0, ref s1);
        AddQuad(w + QuadStride, a, 1, ref s0, ref s1);
        AddQuad(w + 2 * QuadStride, a, 2, ref s0, ref s1);
        AddQuad(w + 3 * QuadStride, a, 3, ref s0, ref s1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddQuad(
        sbyte* w, Vector128<sbyte> a, [ConstantExpected(Max = (byte)15)] byte quad, ref Vector128<int> s0, ref Vector128<int> s1)
    {
        s0 = Dp.DotProductBySelectedQuadruplet(s0, Vector128.Load(w), a, quad);
        s1 = Dp.DotProductBySelectedQuadruplet(s1, Vector128.Load(w + 16), a, quad);
    }
}
