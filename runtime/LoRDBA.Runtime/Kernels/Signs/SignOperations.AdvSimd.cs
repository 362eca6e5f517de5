using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace LoRDBA.Runtime.Kernels.Signs;

/// <content>arm64: 16 signs are a register, and four registers a segment. A sign is a byte of ones (-1) for +1, of zeros for -1.</content>
public static unsafe partial class SignOperations
{
    /// <summary>Where the masks of 16 signs come from: eight copies each of byte <paramref name="first"/> and of the next one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Copies128(byte first) =>
        Vector128.Create(0x0000_0000_0000_0000UL, 0x0101_0101_0101_0101).AsByte() + Vector128.Create(first);

    /// <summary>The one bit of a copy that is the channel's own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Own128() => Vector128.Create(0x8040_2010_0804_0201UL).AsByte();

    /// <summary>Signs to a byte each, of ones or zeros.</summary>
    /// <param name="signs">[length / 8]</param>
    /// <param name="tile">[length]</param>
    /// <param name="length">Signs, in whole segments.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SpreadAdvSimd(byte* signs, byte* tile, int length)
    {
        var (copies, own) = (Copies128(0), Own128());
        for (nint i = 0; i < length; i += 16)
        {
            var two = AdvSimd.LoadAndReplicateToVector128((ushort*)(signs + (i >> 3))).AsByte();
            AdvSimd.CompareTest(AdvSimd.Arm64.VectorTableLookup(two, copies), own).Store(tile + i);
        }
    }

    /// <summary>
    /// <paramref name="sum"/> plus a segment: the codes whose sign is +1, in four registers, added by pairs in 16 bits (at most 8 · 127),
    /// then times the gain.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Add(
        Vector128<int> sum, Vector128<sbyte> a, Vector128<sbyte> b, Vector128<sbyte> c, Vector128<sbyte> d, Vector128<short> gain)
    {
        var pairs = AdvSimd.AddPairwiseWidening(a);
        pairs = AdvSimd.AddPairwiseWideningAndAdd(pairs, b);
        pairs = AdvSimd.AddPairwiseWideningAndAdd(pairs, c);
        pairs = AdvSimd.AddPairwiseWideningAndAdd(pairs, d);
        sum = AdvSimd.MultiplyWideningLowerAndAdd(sum, pairs.GetLower(), gain.GetLower());
        return AdvSimd.MultiplyWideningUpperAndAdd(sum, pairs, gain);
    }

    /// <summary>Element i of the result is the sum of the i-th vector's elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> FourSums(Vector128<int> a, Vector128<int> b, Vector128<int> c, Vector128<int> d) =>
        AdvSimd.Arm64.AddPairwise(AdvSimd.Arm64.AddPairwise(a, b), AdvSimd.Arm64.AddPairwise(c, d));
}
