using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products.X64;

/// <summary>
/// AVX2, a batch: as AVX-512 with registers of half the width. There are sixteen: eight hold the sums of 16 rows and four tokens, and none
/// is left for outputs, which stay in memory, that is the first-level cache.
/// </summary>
internal static unsafe class Avx2Batch<TBlock> where TBlock : struct, IQuantizedBlock
{
    public static void Run(in TileProduct p)
    {
        var t = 0;
        for (; t <= p.Tokens - 4; t += 4)
        {
            FourTokens(p, t, row: 0);
            FourTokens(p, t, row: 16);
        }
        for (; t < p.Tokens; t++)
        {
            OneToken(p, t, row: 0);
            OneToken(p, t, row: 16);
        }
    }

    private static void FourTokens(in TileProduct p, int token, int row)
    {
        var w = new WeightCursor(p.Tile, row, codesTogether: 2);
        var x = new TokenCursor(p, token);
        var y = p.OutputsOf(token, row);
        var (width, blocks, stride) = (p.Width, p.Blocks, p.Stride);

        if (!p.Adds)
            for (var t = 0; t < 4; t++)
            {
                Vector256<float>.Zero.Store(y + t * stride);
                Vector256<float>.Zero.Store(y + t * stride + 8);
            }

        for (var end = x.Scale + p.Count; x.Scale < end; x.NextBlock(), w.NextBlock())
        {
            Vector256<int> s00 = default, s01 = default, s10 = default, s11 = default;
            Vector256<int> s20 = default, s21 = default, s30 = default, s31 = default;
            for (var blockEnd = x.Codes + QuantizedRows.BlockLength; x.Codes < blockEnd; x.Codes += 4, w.Codes += 2 * WeightTile.PairStride)
            {
                var (w0, w1) = (Vector256.Load(w.Codes), Vector256.Load(w.Codes + 16));
                AddPair(x.Codes, w0, w1, ref s00, ref s01);
                AddPair(x.Codes + width, w0, w1, ref s10, ref s11);
                AddPair(x.Codes + 2 * width, w0, w1, ref s20, ref s21);
                AddPair(x.Codes + 3 * width, w0, w1, ref s30, ref s31);
                (w0, w1) = (Vector256.Load(w.Codes + WeightTile.PairStride), Vector256.Load(w.Codes + WeightTile.PairStride + 16));
                AddPair(x.Codes + 2, w0, w1, ref s00, ref s01);
                AddPair(x.Codes + width + 2, w0, w1, ref s10, ref s11);
                AddPair(x.Codes + 2 * width + 2, w0, w1, ref s20, ref s21);
                AddPair(x.Codes + 3 * width + 2, w0, w1, ref s30, ref s31);
            }
            AddBlock(x.Scale, x.Sum, w.Scales, w.Mins, s00, s01, y);
            AddBlock(x.Scale + blocks, x.Sum + blocks, w.Scales, w.Mins, s10, s11, y + stride);
            AddBlock(x.Scale + 2 * blocks, x.Sum + 2 * blocks, w.Scales, w.Mins, s20, s21, y + 2 * stride);
            AddBlock(x.Scale + 3 * blocks, x.Sum + 3 * blocks, w.Scales, w.Mins, s30, s31, y + 3 * stride);
        }
    }

    private static void OneToken(in TileProduct p, int token, int row)
    {
        var w = new WeightCursor(p.Tile, row, codesTogether: 2);
        var x = new TokenCursor(p, token);
        var y = p.OutputsOf(token, row);
        if (!p.Adds)
        {
            Vector256<float>.Zero.Store(y);
            Vector256<float>.Zero.Store(y + 8);
        }
        for (var end = x.Scale + p.Count; x.Scale < end; x.NextBlock(), w.NextBlock())
        {
            Vector256<int> s0 = default, s1 = default;
            for (var blockEnd = x.Codes + QuantizedRows.BlockLength; x.Codes < blockEnd; x.Codes += 2, w.Codes += WeightTile.PairStride)
                AddPair(x.Codes, Vector256.Load(w.Codes), Vector256.Load(w.Codes + 16), ref s0, ref s1);
            AddBlock(x.Scale, x.Sum, w.Scales, w.Mins, s0, s1, y);
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
}
