using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LoRDBA.Runtime.Kernels;

/// <summary>
/// Sixteen float32 lanes, whatever the width of the machine's registers: one of 512 bits, two of 256 or four of 128.
/// A product that sums into these lanes and ends with <see cref="Sum"/> adds in the same order on every machine.
/// </summary>
internal unsafe interface ILanes<TSelf> where TSelf : struct, ILanes<TSelf>
{
    /// <summary>Sixteen zeros.</summary>
    static abstract TSelf Zero { get; }

    /// <summary>Sixteen copies of <paramref name="value"/>.</summary>
    static abstract TSelf Broadcast(float value);

    /// <summary>source[0..16), any alignment.</summary>
    static abstract TSelf Load(float* source);

    /// <summary>Writes target[0..16), any alignment.</summary>
    static abstract void Store(TSelf lanes, float* target);

    /// <summary>sum + x * y, fused where the machine fuses.</summary>
    static abstract TSelf MultiplyAdd(TSelf x, TSelf y, TSelf sum);

    /// <summary>x * y.</summary>
    static abstract TSelf Multiply(TSelf x, TSelf y);

    /// <summary>x / y, rounded as IEEE 754 wants it.</summary>
    static abstract TSelf Divide(TSelf x, TSelf y);

    /// <summary>x + y.</summary>
    static abstract TSelf Add(TSelf x, TSelf y);

    /// <summary>x - y.</summary>
    static abstract TSelf Subtract(TSelf x, TSelf y);

    /// <summary>The larger of x and y, lane by lane; either, where one is not a number.</summary>
    static abstract TSelf Max(TSelf x, TSelf y);

    /// <summary>2^n for whole numbers n from -126 to 127, and 0 for -127; the lanes hold n + <see cref="Lanes.RoundingShift"/>.</summary>
    static abstract TSelf PowerOfTwo(TSelf shifted);

    /// <summary>Lane l keeps its sign where bit l of <paramref name="plus"/> is 1 and changes it where the bit is 0.</summary>
    static abstract TSelf WithSigns(TSelf magnitudes, ushort plus);

    /// <summary>
    /// The larger of <paramref name="sofar"/>, a magnitude, and |<paramref name="x"/>|, lane by lane. Magnitudes are ordered as their bits,
    /// which a machine compares in one instruction; NaN is above all.
    /// </summary>
    static abstract TSelf MaxMagnitude(TSelf sofar, TSelf x);

    /// <summary>The largest lane; all are magnitudes.</summary>
    static abstract float ReduceMaxMagnitude(TSelf lanes);

    /// <summary>The largest lane, whatever the signs; any, where one is not a number.</summary>
    static abstract float ReduceMax(TSelf lanes);

    /// <summary>target[0..64) = the lanes of a, b, c and d rounded to whole numbers, ties to even; they lie between -127 and 127.</summary>
    static abstract void StoreRounded(TSelf a, TSelf b, TSelf c, TSelf d, sbyte* target);

    /// <summary>source[0..16), any alignment, of 16-bit floats that are finite.</summary>
    static abstract TSelf LoadHalf(ushort* source);

    /// <summary>source[0..16), any alignment, of the upper halves of 32-bit floats.</summary>
    static abstract TSelf LoadUpperHalf(ushort* source);

    /// <summary>Writes target[0..16) as 16-bit floats, ties to even; what is too large becomes the largest finite one, 65 504.</summary>
    static abstract void StoreHalf(TSelf lanes, ushort* target);

    /// <summary>source[0..16), any alignment, of whole numbers.</summary>
    static abstract TSelf LoadBytes(sbyte* source);

    /// <summary>The sum of the lanes as a tree: l and l + 8, then l and l + 4, l and l + 2, 0 and 1.</summary>
    static abstract float Sum(TSelf lanes);
}

/// <summary>What is the same for every width.</summary>
internal static class Lanes
{
    /// <summary>Number of lanes.</summary>
    public const int Count = 16;

    /// <summary>
    /// 1.5 · 2^23: added to a number of less than 22 bits it rounds it to a whole one, which then stands in the lowest bits.
    /// </summary>
    public const float RoundingShift = 12_582_912f;

    /// <summary>The largest finite half.</summary>
    public const float MaxHalf = 65_504f;

    /// <summary><paramref name="length"/> rounded up to whole groups of lanes.</summary>
    public static int RoundUp(int length) => (length + Count - 1) & -Count;

    /// <summary>The four-lane end of every <see cref="ILanes{TSelf}.Sum"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector128<float> v) => (v[0] + v[2]) + (v[1] + v[3]);

    /// <summary>The four-lane end of every <see cref="ILanes{TSelf}.ReduceMax"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ReduceMax(Vector128<float> v)
    {
        v = Vector128.MaxNative(v, Vector128.Shuffle(v, Vector128.Create(2, 3, 0, 1)));
        return Vector128.MaxNative(v, Vector128.Shuffle(v, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }

    /// <summary>
    /// The four-lane end of every <see cref="ILanes{TSelf}.ReduceMaxMagnitude"/>. Magnitudes are ordered as their bits.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ReduceMaxMagnitude(Vector128<float> magnitudes)
    {
        var v = magnitudes.AsInt32();
        v = Vector128.Max(v, Vector128.Shuffle(v, Vector128.Create(2, 3, 0, 1)));
        v = Vector128.Max(v, Vector128.Shuffle(v, Vector128.Create(1, 0, 3, 2)));
        return BitConverter.Int32BitsToSingle(v.ToScalar());
    }
}
