using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products.X64;

/// <summary>
/// AVX-512, a batch. Without VNNI a product of whole numbers and its sum are two instructions:
/// <code>
///   vpmaddwd  32 products of 16 bits → 16 sums of two in i32
///   vpaddd    to the block's sums
/// </code>
/// Of 32 registers eight hold the sums of 32 rows and four tokens, eight their outputs.
/// </summary>
internal static unsafe class Avx512Batch<TBlock> where TBlock : struct, IQuantizedBlock
{
    /// <summary>Tokens in fours: a pair of weight registers, 32 rows, meets four broadcast pairs of activations.</summary>
    public static void Run(in TileProduct p)
    {
        var t = 0;
        for (; t <= p.Tokens - 4; t += 4) FourTokens(p, t);
        for (; t < p.Tokens; t++) OneToken(p, t);
    }

    private static void FourTokens(in TileProduct p, int token)
    {
        var w = new WeightCursor(p.Tile, row: 0, codesTogether: 2);
        var x = new TokenCursor(p, token);
        var y = p.OutputsOf(token, row: 0);
        var (width, blocks, stride) = (p.Width, p.Blocks, p.Stride);

        Vector512<float> y00 = default, y01 = default, y10 = default, y11 = default;
        Vector512<float> y20 = default, y21 = default, y30 = default, y31 = default;
        if (p.Adds)
        {
            (y00, y01) = (Vector512.Load(y), Vector512.Load(y + 16));
            (y10, y11) = (Vector512.Load(y + stride), Vector512.Load(y + stride + 16));
            (y20, y21) = (Vector512.Load(y + 2 * stride), Vector512.Load(y + 2 * stride + 16));
            (y30, y31) = (Vector512.Load(y + 3 * stride), Vector512.Load(y + 3 * stride + 16));
        }

        for (var end = x.Scale + p.Count; x.Scale < end; x.NextBlock(), w.NextBlock())
        {
            Vector512<int> s00 = default, s01 = default, s10 = default, s11 = default;
            Vector512<int> s20 = default, s21 = default, s30 = default, s31 = default;
            for (var blockEnd = x.Codes + QuantizedRows.BlockLength; x.Codes < blockEnd; x.Codes += 4, w.Codes += 2 * WeightTile.PairStride)
            {
                var (w0, w1) = (Vector512.Load(w.Codes), Vector512.Load(w.Codes + 32));
                AddPair(x.Codes, w0, w1, ref s00, ref s01);
                AddPair(x.Codes + width, w0, w1, ref s10, ref s11);
                AddPair(x.Codes + 2 * width, w0, w1, ref s20, ref s21);
                AddPair(x.Codes + 3 * width, w0, w1, ref s30, ref s31);
                (w0, w1) = (Vector512.Load(w.Codes + 64), Vector512.Load(w.Codes + 96));
                AddPair(x.Codes + 2, w0, w1, ref s00, ref s01);
                AddPair(x.Codes + width + 2, w0, w1, ref s10, ref s11);
                AddPair(x.Codes + 2 * width + 2, w0, w1, ref s20, ref s21);
                AddPair(x.Codes + 3 * width + 2, w0, w1, ref s30, ref s31);
            }

            var (scale0, scale1) = (Vector512.Load(w.Scales), Vector512.Load(w.Scales + 16));
            AddBlock(x.Scale, scale0, scale1, s00, s01, ref y00, ref y01);
            AddBlock(x.Scale + blocks, scale0, scale1, s10, s11, ref y10, ref y11);
            AddBlock(x.Scale + 2 * blocks, scale0, scale1, s20, s21, ref y20, ref y21);
            AddBlock(x.Scale + 3 * blocks, scale0, scale1, s30, s31, ref y30, ref y31);
            if (!TBlock.HasMin) continue;

            var (min0, min1) = (Vector512.Load(w.Mins), Vector512.Load(w.Mins + 16));
            AddMin(x.Sum, min0, min1, ref y00, ref y01);
            AddMin(x.Sum + blocks, min0, min1, ref y10, ref y11);
            AddMin(x.Sum + 2 * blocks, min0, min1, ref y20, ref y21);
            AddMin(x.Sum + 3 * blocks, min0, min1, ref y30, ref y31);
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

    private static void OneToken(in TileProduct p, int token)
    {
        var w = new WeightCursor(p.Tile, row: 0, codesTogether: 2);
        var x = new TokenCursor(p, token);
        var y = p.OutputsOf(token, row: 0);

        Vector512<float> y0 = default, y1 = default;
        if (p.Adds) (y0, y1) = (Vector512.Load(y), Vector512.Load(y + 16));
        for (var end = x.Scale + p.Count; x.Scale < end; x.NextBlock(), w.NextBlock())
        {
            Vector512<int> s0 = default, s1 = default;
            for (var blockEnd = x.Codes + QuantizedRows.BlockLength; x.Codes < blockEnd; x.Codes += 2, w.Codes += WeightTile.PairStride)
                AddPair(x.Codes, Vector512.Load(w.Codes), Vector512.Load(w.Codes + 32), ref s0, ref s1);
            AddBlock(x.Scale, Vector512.Load(w.Scales), Vector512.Load(w.Scales + 16), s0, s1, ref y0, ref y1);
            if (TBlock.HasMin) AddMin(x.Sum, Vector512.Load(w.Mins), Vector512.Load(w.Mins + 16), ref y0, ref y1);
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
    private static void AddBlock(
        float* d, Vector512<float> scale0, Vector512<float> scale1, Vector512<int> s0, Vector512<int> s1,
        ref Vector512<float> y0, ref Vector512<float> y1)
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
}
