using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products.Arm64;

/// <summary>
/// arm64, a batch. Lanes are rows, and a lane of the activations multiplies them all:
/// <code>
///   SMLAL2, SMLAL   | r7 r6 r5 r4 | r3 r2 r1 r0 |  times  a.h[channel % 8]   →   | r7 | r6 | r5 | r4 |  and  | r3 | r2 | r1 | r0 |
/// </code>
/// Of 32 registers eight hold the sums of eight rows and four tokens, eight their outputs, four the activations of eight channels.
/// </summary>
internal static unsafe class AdvSimdBatch<TBlock> where TBlock : struct, IQuantizedBlock
{
    public static void Run(in TileProduct p)
    {
        var t = 0;
        for (; t <= p.Tokens - 4; t += 4)
            for (var row = 0; row < WeightTile.Rows; row += 8) FourTokens(p, t, row);
        for (; t < p.Tokens; t++)
            for (var row = 0; row < WeightTile.Rows; row += 8) OneToken(p, t, row);
    }

    private static void FourTokens(in TileProduct p, int token, int row)
    {
        var w = new WeightCursor(p.Tile, row, codesTogether: 1);
        var x = new TokenCursor(p, token);
        var y = p.OutputsOf(token, row);
        var (width, blocks, stride) = (p.Width, p.Blocks, p.Stride);

        Vector128<float> y00 = default, y01 = default, y10 = default, y11 = default;
        Vector128<float> y20 = default, y21 = default, y30 = default, y31 = default;
        if (p.Adds)
        {
            (y00, y01) = (Vector128.Load(y), Vector128.Load(y + 4));
            (y10, y11) = (Vector128.Load(y + stride), Vector128.Load(y + stride + 4));
            (y20, y21) = (Vector128.Load(y + 2 * stride), Vector128.Load(y + 2 * stride + 4));
            (y30, y31) = (Vector128.Load(y + 3 * stride), Vector128.Load(y + 3 * stride + 4));
        }
        for (var end = x.Scale + p.Count; x.Scale < end; x.NextBlock(), w.NextBlock())
        {
            Vector128<int> s00 = default, s01 = default, s10 = default, s11 = default;
            Vector128<int> s20 = default, s21 = default, s30 = default, s31 = default;
            for (var blockEnd = x.Codes + QuantizedRows.BlockLength; x.Codes < blockEnd; x.Codes += 8, w.Codes += 8 * WeightTile.Rows)
            {
                var (a0, a1) = (Vector128.Load(x.Codes), Vector128.Load(x.Codes + width));
                var (a2, a3) = (Vector128.Load(x.Codes + 2 * width), Vector128.Load(x.Codes + 3 * width));
                AddChannel(w.Codes, 0, a0, a1, a2, a3, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
                AddChannel(w.Codes, 1, a0, a1, a2, a3, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
                AddChannel(w.Codes, 2, a0, a1, a2, a3, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
                AddChannel(w.Codes, 3, a0, a1, a2, a3, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
                AddChannel(w.Codes, 4, a0, a1, a2, a3, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
                AddChannel(w.Codes, 5, a0, a1, a2, a3, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
                AddChannel(w.Codes, 6, a0, a1, a2, a3, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
                AddChannel(w.Codes, 7, a0, a1, a2, a3, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
            }
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

    private static void OneToken(in TileProduct p, int token, int row)
    {
        var w = new WeightCursor(p.Tile, row, codesTogether: 1);
        var x = new TokenCursor(p, token);
        var y = p.OutputsOf(token, row);
        var (y0, y1) = p.Adds ? (Vector128.Load(y), Vector128.Load(y + 4)) : default;
        for (var end = x.Scale + p.Count; x.Scale < end; x.NextBlock(), w.NextBlock())
        {
            Vector128<int> s0 = default, s1 = default;
            for (var blockEnd = x.Codes + QuantizedRows.BlockLength; x.Codes < blockEnd; x.Codes += 8, w.Codes += 8 * WeightTile.Rows)
            {
                var codes = Vector128.Load(x.Codes);
                AddRows(Vector128.Load(w.Codes), codes, 0, ref s0, ref s1);
                AddRows(Vector128.Load(w.Codes + WeightTile.Rows), codes, 1, ref s0, ref s1);
                AddRows(Vector128.Load(w.Codes + 2 * WeightTile.Rows), codes, 2, ref s0, ref s1);
                AddRows(Vector128.Load(w.Codes + 3 * WeightTile.Rows), codes, 3, ref s0, ref s1);
                AddRows(Vector128.Load(w.Codes + 4 * WeightTile.Rows), codes, 4, ref s0, ref s1);
                AddRows(Vector128.Load(w.Codes + 5 * WeightTile.Rows), codes, 5, ref s0, ref s1);
                AddRows(Vector128.Load(w.Codes + 6 * WeightTile.Rows), codes, 6, ref s0, ref s1);
                AddRows(Vector128.Load(w.Codes + 7 * WeightTile.Rows), codes, 7, ref s0, ref s1);
            }
            BlockSums<TBlock>.AddBlock(x.Scale, x.Sum, w.Scales, w.Mins, s0, s1, ref y0, ref y1);
        }
        BlockSums<TBlock>.Store(y0, y1, y);
    }

    /// <summary>A channel of eight rows times four tokens.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddChannel(
        short* w, [ConstantExpected(Max = (byte)7)] byte channel,
        Vector128<short> a0, Vector128<short> a1, Vector128<short> a2, Vector128<short> a3,
        ref Vector128<int> s00, ref Vector128<int> s01, ref Vector128<int> s10, ref Vector128<int> s11,
        ref Vector128<int> s20, ref Vector128<int> s21, ref Vector128<int> s30, ref Vector128<int> s31)
    {
        var rows = Vector128.Load(w + channel * WeightTile.Rows);
        s01 = AdvSimd.MultiplyBySelectedScalarWideningUpperAndAdd(s01, rows, a0, channel);
        s11 = AdvSimd.MultiplyBySelectedScalarWideningUpperAndAdd(s11, rows, a1, channel);
        s21 = AdvSimd.MultiplyBySelectedScalarWideningUpperAndAdd(s21, rows, a2, channel);
        s31 = AdvSimd.MultiplyBySelectedScalarWideningUpperAndAdd(s31, rows, a3, channel);
        var lower = rows.GetLower();
        s00 = AdvSimd.MultiplyBySelectedScalarWideningLowerAndAdd(s00, lower, a0, channel);
        s10 = AdvSimd.MultiplyBySelectedScalarWideningLowerAndAdd(s10, lower, a1, channel);
        s20 = AdvSimd.MultiplyBySelectedScalarWideningLowerAndAdd(s20, lower, a2, channel);
        s30 = AdvSimd.MultiplyBySelectedScalarWideningLowerAndAdd(s30, lower, a3, channel);
    }

    /// <summary>A channel of eight rows times one token.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRows(
        Vector128<short> rows, Vector128<short> a, [ConstantExpected(Max = (byte)7)] byte channel,
        ref Vector128<int> s0, ref Vector128<int> s1)
    {
        s1 = AdvSimd.MultiplyBySelectedScalarWideningUpperAndAdd(s1, rows, a, channel);
        s0 = AdvSimd.MultiplyBySelectedScalarWideningLowerAndAdd(s0, rows.GetLower(), a, channel);
    }
}
