using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LoRDBA.Runtime.Blocks;

/// <summary>
/// Scales of formats of super-blocks, for many rows at once. The rows are walked one after the other, as they lie in memory, and what their
/// super-blocks begin or end with is put beside each other, where the scales of the first of the eight blocks will stand; then lanes are
/// rows, and a few instructions serve eight of them.
/// <code>
///   words [8 · i + w][stride]     word w of super-block i of each row       w = 0 to 3
///   scales [8 · i + s][stride]    scale of its block s                      s = 0 to 7
/// </code>
/// </summary>
internal static unsafe class SuperBlockScales
{
    /// <summary>Lanes of a vector; a stride is a multiple of it.</summary>
    public const int Lanes = 8;

    /// <summary>Copies <paramref name="words"/> 32-bit numbers of each super-block, those from byte <paramref name="offset"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Gather(in BlockRange range, int offset, int blockBytes, int words, float* to)
    {
        var (superBlocks, stride) = (range.Count / BlockSize.SubBlocks, range.Stride);
        for (var r = 0; r < range.Rows; r++)
        {
            var from = range.Row + r * range.RowBytes + (long)(range.First / BlockSize.SubBlocks) * blockBytes + offset;
            var lane = (uint*)to + r;
            for (var i = 0; i < superBlocks; i++, from += blockBytes, lane += BlockSize.SubBlocks * stride)
                for (var w = 0; w < words; w++) lane[w * stride] = Unsafe.ReadUnaligned<uint>(from + 4 * w);
        }
    }

    /// <summary>Formats with factors: all eight blocks have the super-block's scale, 16 bits at <paramref name="offset"/>.</summary>
    public static void ReadHalves(in BlockRange range, int offset, int blockBytes, float* scales)
    {
        var (superBlocks, stride) = (range.Count / BlockSize.SubBlocks, range.Stride);
        for (var r = 0; r < range.Rows; r++)
        {
            var from = range.Row + r * range.RowBytes + (long)(range.First / BlockSize.SubBlocks) * blockBytes + offset;
            var lane = (int*)scales + r;
            for (var i = 0; i < superBlocks; i++, from += blockBytes, lane += BlockSize.SubBlocks * stride) *lane = Unsafe.ReadUnaligned<short>(from);
        }
        for (var i = 0; i < superBlocks; i++, scales += BlockSize.SubBlocks * stride)
            for (var lane = 0; lane < stride; lane += Lanes)
            {
                var d = Half(Vector256.Load((int*)scales + lane));
                for (var s = 0; s < BlockSize.SubBlocks; s++) d.Store(scales + s * stride + lane);
            }
    }

    /// <summary>The 16-bit floating-point numbers in the lower halves of the lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Half(Vector256<int> lanes) =>
        (lanes << 16 >> 3 & Vector256.Create(F16.WideMask)).AsSingle() * Vector256.Create(F16.BiasRatio);
}
