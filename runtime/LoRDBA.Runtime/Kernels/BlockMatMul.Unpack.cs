using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels;

/// <content>Fills tiles.</content>
internal sealed unsafe partial class BlockMatMul<TBlock>
{
    /// <summary>Unpacks a range of blocks, for the batch of the same path. Rows that the matrix does not have repeat the last one; nothing is stored of them later.</summary>
    private void Unpack(in BlockRange range, in WeightTile tile)
    {
        TBlock.Scales(range, tile.Scales, tile.Mins);
        if (path == InstructionSet.AdvSimd) UnpackAdvSimd(range, tile);
        else if (path == InstructionSet.Dp) UnpackDp(range, tile);
        else UnpackPairs(range, tile);
    }

    /// <summary>
    /// Four rows' pairs of codes, 32 bits each, are turned to four pairs' rows:
    /// <code>
    ///   row 0  | p0 p1 p2 p3 |            pair 0  | r0 r1 r2 r3 |
    ///   row 1  | p0 p1 p2 p3 |     →      pair 1  | r0 r1 r2 r3 |
    ///   ...                               ...
    /// </code>
    /// </summary>
    private static void UnpackPairs(in BlockRange range, in WeightTile tile)
    {
        for (var r = 0; r < WeightTile.Rows; r += 4)
        {
            byte* w0 = range.RowAt(r), w1 = range.RowAt(r + 1), w2 = range.RowAt(r + 2), w3 = range.RowAt(r + 3);
            var to = tile.Codes + 2 * r;
            for (var b = 0; b < range.Count; b++, to += QuantizedRows.BlockLength / 2 * WeightTile.PairStride)
            {
                var block = range.First + b;
                var offset = TBlock.Offset(block);
                Load(w0 + offset, block, out var a0, out var a1, out var a2, out var a3);
                Load(w1 + offset, block, out var b0, out var b1, out var b2, out var b3);
                Load(w2 + offset, block, out var c0, out var c1, out var c2, out var c3);
                Load(w3 + offset, block, out var d0, out var d1, out var d2, out var d3);
                Transpose(a0, b0, c0, d0, to);
                Transpose(a1, b1, c1, d1, to + 4 * WeightTile.PairStride);
                Transpose(a2, b2, c2, d2, to + 8 * WeightTile.PairStride);
                Transpose(a3, b3, c3, d3, to + 12 * WeightTile.PairStride);
            }
        }
    }

    /// <summary>A block in 16 bits: pairs 0-3, 4-7, 8-11 and 12-15.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load(byte* at, int block, out Vector128<int> w0, out Vector128<int> w1, out Vector128<int> w2, out Vector128<int> w3)
    {
        var q = TBlock.Load(at, block);
        var (q0, q1) = (q.GetLower(), q.GetUpper());
        var (s0, s1, s2, s3) = (Vector128.WidenLower(q0), Vector128.WidenUpper(q0), Vector128.WidenLower(q1), Vector128.WidenUpper(q1));
        if (TBlock.HasFactors)
        {
            TBlock.Factors(at, block, out var f0, out var f1);
            (s0, s1, s2, s3) = (s0 * f0, s1 * f0, s2 * f1, s3 * f1);
        }
        (w0, w1, w2, w3) = (s0.AsInt32(), s1.AsInt32(), s2.AsInt32(), s3.AsInt32());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(Vector128<int> a, Vector128<int> b, Vector128<int> c, Vector128<int> d, short* to)
    {
        var (ab0, ab1, cd0, cd1) = (ZipLower(a, b).AsInt64(), ZipUpper(a, b).AsInt64(), ZipLower(c, d).AsInt64(), ZipUpper(c, d).AsInt64());
        ZipLower(ab0, cd0).AsInt16().Store(to);
        ZipUpper(ab0, cd0).AsInt16().Store(to + WeightTile.PairStride);
        ZipLower(ab1, cd1).AsInt16().Store(to + 2 * WeightTile.PairStride);
        ZipUpper(ab1, cd1).AsInt16().Store(to + 3 * WeightTile.PairStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> ZipLower(Vector128<int> a, Vector128<int> b) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a, b) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b) : Vector128.Create(a[0], b[0], a[1], b[1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> ZipUpper(Vector128<int> a, Vector128<int> b) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a, b) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b) : Vector128.Create(a[2], b[2], a[3], b[3]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<long> ZipLower(Vector128<long> a, Vector128<long> b) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a, b) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b) : Vector128.Create(a[0], b[0]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<long> ZipUpper(Vector128<long> a, Vector128<long> b) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a, b) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b) : Vector128.Create(a[1], b[1]);
}
