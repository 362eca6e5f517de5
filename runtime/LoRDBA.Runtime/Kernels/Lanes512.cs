using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels;

/// <summary>Sixteen lanes in one 512-bit register (AVX-512).</summary>
internal readonly unsafe struct Lanes512(Vector512<float> v) : ILanes<Lanes512>
{
    private readonly Vector512<float> v = v;

    private static Vector512<uint> SignBit => Vector512.Create(0x8000_0000u);

    // Shifting left by 31 - l brings bit l of a lane's copy of the sign bits to the place of the float's own sign.
    private static Vector512<uint> ToSignBit => Vector512.Create(31u, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16);

    public static Lanes512 Zero => new(Vector512<float>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Broadcast(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Load(float* source) => new(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes512 lanes, float* target) => lanes.v.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 MultiplyAdd(Lanes512 x, Lanes512 y, Lanes512 sum) => new(Vector512.MultiplyAddEstimate(x.v, y.v, sum.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Multiply(Lanes512 x, Lanes512 y) => new(x.v * y.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Divide(Lanes512 x, Lanes512 y) => new(x.v / y.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Add(Lanes512 x, Lanes512 y) => new(x.v + y.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Subtract(Lanes512 x, Lanes512 y) => new(x.v - y.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Max(Lanes512 x, Lanes512 y) =>
        new(Vector512.MaxNative(x.v, y.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 PowerOfTwo(Lanes512 shifted) =>
        new(PowerOfTwo(shifted.v));

    // The exponent's place is bit 23; what stood above n is shifted out.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> PowerOfTwo(Vector512<float> shifted) =>
        ((shifted.AsInt32() << 23) + Vector512.Create(127 << 23)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 WithSigns(Lanes512 magnitudes, ushort plus)
    {
        var shifted = Avx512F.ShiftLeftLogicalVariable(Vector512.Create((uint)plus), ToSignBit);
        return new((magnitudes.v.AsUInt32() ^ (SignBit & ~shifted)).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 MaxMagnitude(Lanes512 sofar, Lanes512 x) =>
        new(Vector512.Max(sofar.v.AsInt32(), Vector512.Abs(x.v).AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ReduceMax(Lanes512 lanes)
    {
        var eight = Vector256.MaxNative(lanes.v.GetLower(), lanes.v.GetUpper());
        return Lanes.ReduceMax(Vector128.MaxNative(eight.GetLower(), eight.GetUpper()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ReduceMaxMagnitude(Lanes512 lanes)
    {
        var eight = Vector256.Max(lanes.v.GetLower().AsInt32(), lanes.v.GetUpper().AsInt32());
        return Lanes.ReduceMaxMagnitude(Vector128.Max(eight.GetLower(), eight.GetUpper()).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRounded(Lanes512 a, Lanes512 b, Lanes512 c, Lanes512 d, sbyte* target)
    {
        var low = Avx512BW.PackSignedSaturate(Avx512F.ConvertToVector512Int32(a.v), Avx512F.ConvertToVector512Int32(b.v));
        var high = Avx512BW.PackSignedSaturate(Avx512F.ConvertToVector512Int32(c.v), Avx512F.ConvertToVector512Int32(d.v));
        // Each quarter of the register holds four lanes of a, b, c and d.
        var order = Vector512.Create(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
        Avx512F.PermuteVar16x32(Avx512BW.PackSignedSaturate(low, high).AsInt32(), order).AsSByte().Store(target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LoadHalf(ushort* source) => new(FromHalf(source));

    /// <summary>The 16 halves at <paramref name="source"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> FromHalf(ushort* source)
    {
        var wide = Avx512F.ConvertToVector512Int32(Vector256.Load((short*)source)) << 13;
        return (wide & Vector512.Create(F16.WideMask)).AsSingle() * F16.BiasRatio;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LoadUpperHalf(ushort* source) => new((Avx512F.ConvertToVector512Int32(Vector256.Load(source)) << 16).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreHalf(Lanes512 lanes, ushort* target)
    {
        var magnitude = Vector512.MinNative(Vector512.Abs(lanes.v), Vector512.Create(Lanes.MaxHalf)) * (1 / F16.BiasRatio);
        var bits = magnitude.AsUInt32();
        var rounded = (bits + Vector512.Create(0xfffu) + ((bits >> 13) & Vector512<uint>.One)) >> 13;
        Avx512F.ConvertToVector256UInt16(rounded | ((lanes.v.AsUInt32() & SignBit) >> 16)).Store(target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LoadBytes(sbyte* source) =>
        new(Vector512.ConvertToSingle(Avx512F.ConvertToVector512Int32(Vector128.Load(source))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes512 lanes)
    {
        var eight = lanes.v.GetLower() + lanes.v.GetUpper();
        return Lanes.Sum(eight.GetLower() + eight.GetUpper());
    }
}
