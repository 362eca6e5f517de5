using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LoRDBA.Runtime.Blocks;

/// <summary>
/// Scales s and minima m of eight sub-blocks, 6 bits each in 12 bytes, as Q4_K and Q5_K keep them. The first four pairs lie in
/// eight bytes; the last four have their lower bits in the other four bytes and their upper bits above the first pairs (k = 0 to 3):
/// <code>
///                 bits 7-6          5-0
/// byte k          s_(k + 4) upper | s_k
/// byte k + 4      m_(k + 4) upper | m_k
///                 bits 7-4          3-0
/// byte k + 8      m_(k + 4) lower | s_(k + 4) lower
/// </code>
/// </summary>
internal static class KScales
{
    public const int Bytes = 12;

    /// <summary>Scale and minimum of sub-block <paramref name="s"/>, both 0 to 63.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (int Scale, int Min) Read(ReadOnlySpan<byte> packed, int s) => s < 4
        ? (packed[s] & 0x3f, packed[s + 4] & 0x3f)
        : (packed[s + 4] & 0x0f | packed[s - 4] >> 6 << 4, packed[s + 4] >> 4 | packed[s] >> 6 << 4);

    /// <summary>d · scale_s and -e · min_s, where a super-block starts with d and e and these.</summary>
    public static unsafe void Read(in BlockRange range, int blockBytes, float* scales, float* mins)
    {
        if (Avx512BW.IsSupported && range.Rows % SixteenRows.Count == 0)
        {
            ReadSixteens(range, blockBytes, scales, mins);
            return;
        }
        var (superBlocks, stride) = (range.Count / BlockSize.SubBlocks, range.Stride);
        SuperBlockScales.Gather(range, offset: 0, blockBytes, words: 4, scales);
        for (var i = 0; i < superBlocks; i++, scales += BlockSize.SubBlocks * stride, mins += BlockSize.SubBlocks * stride)
            for (var lane = 0; lane < stride; lane += SuperBlockScales.Lanes) ReadLanes(scales + lane, mins + lane, stride);
    }

    private static unsafe void ReadSixteens(in BlockRange range, int blockBytes, float* scales, float* mins)
    {
        var (superBlocks, stride) = (range.Count / BlockSize.SubBlocks, range.Stride);
        for (var r = 0; r < range.Rows; r += SixteenRows.Count)
        {
            var at = range.Row + r * range.RowBytes + (long)(range.First / BlockSize.SubBlocks) * blockBytes;
            float* toScales = scales + r, toMins = mins + r;
            for (var i = 0; i < superBlocks; i++, at += blockBytes, toScales += BlockSize.SubBlocks * stride, toMins += BlockSize.SubBlocks * stride)
            {
                SixteenRows.FourWords(at, range.RowBytes, out var halves, out var s, out var m, out var lower);
                var (d, e) = (SixteenRows.Half(halves), -SixteenRows.Half(halves >> 16));
                Store(s & Vector512.Create(0x3f3f_3f3f), d, toScales, stride);
                Store(m & Vector512.Create(0x3f3f_3f3f), e, toMins, stride);
                Store(lower & Vector512.Create(0x0f0f_0f0f) | s >>> 2 & Vector512.Create(0x3030_3030), d, toScales + 4 * stride, stride);
                Store(lower >>> 4 & Vector512.Create(0x0f0f_0f0f) | m >>> 2 & Vector512.Create(0x3030_3030), e, toMins + 4 * stride, stride);
            }
        }
    }

    /// <summary>The four bytes of each lane, times a factor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Store(Vector512<int> bytes, Vector512<float> factor, float* to, int stride)
    {
        var low = Vector512.Create(0xff);
        (Vector512.ConvertToSingle(bytes & low) * factor).Store(to);
        (Vector512.ConvertToSingle(bytes >>> 8 & low) * factor).Store(to + stride);
        (Vector512.ConvertToSingle(bytes >>> 16 & low) * factor).Store(to + 2 * stride);
        (Vector512.ConvertToSingle(bytes >>> 24) * factor).Store(to + 3 * stride);
    }

    /// <summary>A super-block of eight rows, whose four words stand where its first scales will.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void ReadLanes(float* scales, float* mins, int stride)
    {
        var halves = Vector256.Load((int*)scales);
        var s = Vector256.Load((int*)scales + stride);
        var m = Vector256.Load((int*)scales + 2 * stride);
        var lower = Vector256.Load((int*)scales + 3 * stride);
        var (d, e) = (SuperBlockScales.Half(halves), -SuperBlockScales.Half(halves >> 16));
        Store(s & Vector256.Create(0x3f3f_3f3f), d, scales, stride);
        Store(m & Vector256.Create(0x3f3f_3f3f), e, mins, stride);
        Store(lower & Vector256.Create(0x0f0f_0f0f) | s >>> 2 & Vector256.Create(0x3030_3030), d, scales + 4 * stride, stride);
        Store(lower >>> 4 & Vector256.Create(0x0f0f_0f0f) | m >>> 2 & Vector256.Create(0x3030_3030), e, mins + 4 * stride, stride);
    }

    /// <summary>The four bytes of each lane, times a factor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Store(Vector256<int> bytes, Vector256<float> factor, float* to, int stride)
    {
        var low = Vector256.Create(0xff);
        (Vector256.ConvertToSingle(bytes & low) * factor).Store(to);
        (Vector256.ConvertToSingle(bytes >>> 8 & low) * factor).Store(to + stride);
        (Vector256.ConvertToSingle(bytes >>> 16 & low) * factor).Store(to + 2 * stride);
        (Vector256.ConvertToSingle(bytes >>> 24) * factor).Store(to + 3 * stride);
    }
}
