using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels;

/// <summary>Sixteen lanes in four 128-bit registers (AdvSimd, SSE): a holds lanes 0-3, b 4-7, c 8-11, d 12-15.</summary>
internal readonly unsafe struct Lanes128(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d) : ILanes<Lanes128>
{
    private readonly Vector128<float> a = a, b = b, c = c, d = d;

    private static Vector128<uint> SignBit => Vector128.Create(0x8000_0000u);

    public static Lanes128 Zero => new(Vector128<float>.Zero, Vector128<float>.Zero, Vector128<float>.Zero, Vector128<float>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Broadcast(float value)
    {
        var v = Vector128.Create(value);
        return new(v, v, v, v);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Load(float* source) =>
        new(Vector128.Load(source), Vector128.Load(source + 4), Vector128.Load(source + 8), Vector128.Load(source + 12));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes128 lanes, float* target)
    {
        lanes.a.Store(target);
        lanes.b.Store(target + 4);
        lanes.c.Store(target + 8);
        lanes.d.Store(target + 12);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 MultiplyAdd(Lanes128 x, Lanes128 y, Lanes128 sum) =>
        new(Vector128.MultiplyAddEstimate(x.a, y.a, sum.a), Vector128.MultiplyAddEstimate(x.b, y.b, sum.b),
            Vector128.MultiplyAddEstimate(x.c, y.c, sum.c), Vector128.MultiplyAddEstimate(x.d, y.d, sum.d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Multiply(Lanes128 x, Lanes128 y) => new(x.a * y.a, x.b * y.b, x.c * y.c, x.d * y.d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Divide(Lanes128 x, Lanes128 y) => new(x.a / y.a, x.b / y.b, x.c / y.c, x.d / y.d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Add(Lanes128 x, Lanes128 y) => new(x.a + y.a, x.b + y.b, x.c + y.c, x.d + y.d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Subtract(Lanes128 x, Lanes128 y) => new(x.a - y.a, x.b - y.b, x.c - y.c, x.d - y.d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Max(Lanes128 x, Lanes128 y) =>
        new(Vector128.MaxNative(x.a, y.a), Vector128.MaxNative(x.b, y.b), Vector128.MaxNative(x.c, y.c), Vector128.MaxNative(x.d, y.d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 PowerOfTwo(Lanes128 shifted) =>
        new(PowerOfTwo(shifted.a), PowerOfTwo(shifted.b), PowerOfTwo(shifted.c), PowerOfTwo(shifted.d));

    // The exponent's place is bit 23; what stood above n is shifted out.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> PowerOfTwo(Vector128<float> shifted) =>
        ((shifted.AsInt32() << 23) + Vector128.Create(127 << 23)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 WithSigns(Lanes128 magnitudes, ushort plus)
    {
        var bits = Vector128.Create((uint)plus);
        return new(
            WithSigns(magnitudes.a, bits, Vector128.Create(0x0001u, 0x0002, 0x0004, 0x0008)),
            WithSigns(magnitudes.b, bits, Vector128.Create(0x0010u, 0x0020, 0x0040, 0x0080)),
            WithSigns(magnitudes.c, bits, Vector128.Create(0x0100u, 0x0200, 0x0400, 0x0800)),
            WithSigns(magnitudes.d, bits, Vector128.Create(0x1000u, 0x2000, 0x4000, 0x8000)));
    }

    // No portable shift by a different count per lane: each lane tests its own bit instead (CMTST on arm64).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> WithSigns(Vector128<float> magnitudes, Vector128<uint> bits, Vector128<uint> own) =>
        (magnitudes.AsUInt32() ^ (SignBit & Vector128.Equals(bits & own, Vector128<uint>.Zero))).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 MaxMagnitude(Lanes128 sofar, Lanes128 x) =>
        new(Max(sofar.a, x.a), Max(sofar.b, x.b), Max(sofar.c, x.c), Max(sofar.d, x.d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Max(Vector128<float> sofar, Vector128<float> x) =>
        Vector128.Max(sofar.AsInt32(), Vector128.Abs(x).AsInt32()).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ReduceMax(Lanes128 lanes) =>
        Lanes.ReduceMax(Vector128.MaxNative(Vector128.MaxNative(lanes.a, lanes.b), Vector128.MaxNative(lanes.c, lanes.d)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ReduceMaxMagnitude(Lanes128 lanes) =>
        Lanes.ReduceMaxMagnitude(Vector128.Max(
            Vector128.Max(lanes.a.AsInt32(), lanes.b.AsInt32()), Vector128.Max(lanes.c.AsInt32(), lanes.d.AsInt32())).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRounded(Lanes128 a, Lanes128 b, Lanes128 c, Lanes128 d, sbyte* target)
    {
        Narrow(a).Store(target);
        Narrow(b).Store(target + 16);
        Narrow(c).Store(target + 32);
        Narrow(d).Store(target + 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Narrow(Lanes128 x) =>
        Vector128.NarrowWithSaturation(Vector128.NarrowWithSaturation(Round(x.a), Round(x.b)),
            Vector128.NarrowWithSaturation(Round(x.c), Round(x.d)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Round(Vector128<float> v) => Vector128.ConvertToInt32(Vector128.Round(v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 LoadHalf(ushort* source) =>
        new(FromHalf(source), FromHalf(source + 4), FromHalf(source + 8), FromHalf(source + 12));

    /// <summary>The 4 halves at <paramref name="source"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> FromHalf(ushort* source)
    {
        var wide = Vector128.WidenLower(Vector64.Load((short*)source).ToVector128Unsafe()) << 13;
        return (wide & Vector128.Create(F16.WideMask)).AsSingle() * F16.BiasRatio;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 LoadUpperHalf(ushort* source) =>
        new(FromUpperHalf(source), FromUpperHalf(source + 4), FromUpperHalf(source + 8), FromUpperHalf(source + 12));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> FromUpperHalf(ushort* source) =>
        (Vector128.WidenLower(Vector64.Load(source).ToVector128Unsafe()) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreHalf(Lanes128 lanes, ushort* target)
    {
        Vector128.Narrow(ToHalf(lanes.a), ToHalf(lanes.b)).Store(target);
        Vector128.Narrow(ToHalf(lanes.c), ToHalf(lanes.d)).Store(target + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> ToHalf(Vector128<float> v)
    {
        var bits = (Vector128.MinNative(Vector128.Abs(v), Vector128.Create(Lanes.MaxHalf)) * (1 / F16.BiasRatio)).AsUInt32();
        var rounded = (bits + Vector128.Create(0xfffu) + ((bits >> 13) & Vector128<uint>.One)) >> 13;
        return rounded | ((v.AsUInt32() & SignBit) >> 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 LoadBytes(sbyte* source)
    {
        var bytes = Vector128.Load(source);
        var (low, high) = (Vector128.WidenLower(bytes), Vector128.WidenUpper(bytes));
        return new(
            Vector128.ConvertToSingle(Vector128.WidenLower(low)), Vector128.ConvertToSingle(Vector128.WidenUpper(low)),
            Vector128.ConvertToSingle(Vector128.WidenLower(high)), Vector128.ConvertToSingle(Vector128.WidenUpper(high)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes128 lanes) => Lanes.Sum((lanes.a + lanes.c) + (lanes.b + lanes.d));
}
