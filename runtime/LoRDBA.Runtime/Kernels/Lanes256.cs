using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels;

/// <summary>Sixteen lanes in two 256-bit registers (AVX2): a holds lanes 0-7, b lanes 8-15.</summary>
internal readonly unsafe struct Lanes256(Vector256<float> a, Vector256<float> b) : ILanes<Lanes256>
{
    private readonly Vector256<float> a = a, b = b;

    private static Vector256<uint> SignBit => Vector256.Create(0x8000_0000u);

    // Shifting left by 31 - l brings bit l of a lane's copy of the sign bits to the place of the float's own sign.
    private static Vector256<uint> ToSignBitA => Vector256.Create(31u, 30, 29, 28, 27, 26, 25, 24);
    private static Vector256<uint> ToSignBitB => Vector256.Create(23u, 22, 21, 20, 19, 18, 17, 16);

    public static Lanes256 Zero => new(Vector256<float>.Zero, Vector256<float>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Broadcast(float value) => new(Vector256.Create(value), Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Load(float* source) => new(Vector256.Load(source), Vector256.Load(source + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes256 lanes, float* target)
    {
        lanes.a.Store(target);
        lanes.b.Store(target + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 MultiplyAdd(Lanes256 x, Lanes256 y, Lanes256 sum) =>
        new(Vector256.MultiplyAddEstimate(x.a, y.a, sum.a), Vector256.MultiplyAddEstimate(x.b, y.b, sum.b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Multiply(Lanes256 x, Lanes256 y) => new(x.a * y.a, x.b * y.b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Divide(Lanes256 x, Lanes256 y) => new(x.a / y.a, x.b / y.b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Add(Lanes256 x, Lanes256 y) => new(x.a + y.a, x.b + y.b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Subtract(Lanes256 x, Lanes256 y) => new(x.a - y.a, x.b - y.b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Max(Lanes256 x, Lanes256 y) =>
        new(Vector256.MaxNative(x.a, y.a), Vector256.MaxNative(x.b, y.b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 PowerOfTwo(Lanes256 shifted) =>
        new(PowerOfTwo(shifted.a), PowerOfTwo(shifted.b));

    // The exponent's place is bit 23; what stood above n is shifted out.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> PowerOfTwo(Vector256<float> shifted) =>
        ((shifted.AsInt32() << 23) + Vector256.Create(127 << 23)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 WithSigns(Lanes256 magnitudes, ushort plus)
    {
        var bits = Vector256.Create((uint)plus);
        var minusA = SignBit & ~Avx2.ShiftLeftLogicalVariable(bits, ToSignBitA);
        var minusB = SignBit & ~Avx2.ShiftLeftLogicalVariable(bits, ToSignBitB);
        return new((magnitudes.a.AsUInt32() ^ minusA).AsSingle(), (magnitudes.b.AsUInt32() ^ minusB).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 MaxMagnitude(Lanes256 sofar, Lanes256 x) => new(Max(sofar.a, x.a), Max(sofar.b, x.b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Max(Vector256<float> sofar, Vector256<float> x) =>
        Vector256.Max(sofar.AsInt32(), Vector256.Abs(x).AsInt32()).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ReduceMax(Lanes256 lanes)
    {
        var eight = Vector256.MaxNative(lanes.a, lanes.b);
        return Lanes.ReduceMax(Vector128.MaxNative(eight.GetLower(), eight.GetUpper()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ReduceMaxMagnitude(Lanes256 lanes)
    {
        var eight = Vector256.Max(lanes.a.AsInt32(), lanes.b.AsInt32());
        return Lanes.ReduceMaxMagnitude(Vector128.Max(eight.GetLower(), eight.GetUpper()).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRounded(Lanes256 a, Lanes256 b, Lanes256 c, Lanes256 d, sbyte* target)
    {
        Narrow(a, b).Store(target);
        Narrow(c, d).Store(target + 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<sbyte> Narrow(Lanes256 x, Lanes256 y)
    {
        var first = Avx2.PackSignedSaturate(Avx.ConvertToVector256Int32(x.a), Avx.ConvertToVector256Int32(x.b));
        var second = Avx2.PackSignedSaturate(Avx.ConvertToVector256Int32(y.a), Avx.ConvertToVector256Int32(y.b));
        // Each half of the register holds four lanes of each of the four registers.
        var order = Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7);
        return Avx2.PermuteVar8x32(Avx2.PackSignedSaturate(first, second).AsInt32(), order).AsSByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LoadHalf(ushort* source) => new(FromHalf(source), FromHalf(source + 8));

    /// <summary>The 8 halves at <paramref name="source"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> FromHalf(ushort* source)
    {
        var wide = Avx2.ConvertToVector256Int32(Vector128.Load((short*)source)) << 13;
        return (wide & Vector256.Create(F16.WideMask)).AsSingle() * F16.BiasRatio;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LoadUpperHalf(ushort* source) => new(FromUpperHalf(source), FromUpperHalf(source + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> FromUpperHalf(ushort* source) => (Avx2.ConvertToVector256Int32(Vector128.Load(source)) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreHalf(Lanes256 lanes, ushort* target) => Vector256.Narrow(ToHalf(lanes.a), ToHalf(lanes.b)).Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> ToHalf(Vector256<float> v)
    {
        var bits = (Vector256.MinNative(Vector256.Abs(v), Vector256.Create(Lanes.MaxHalf)) * (1 / F16.BiasRatio)).AsUInt32();
        var rounded = (bits + Vector256.Create(0xfffu) + ((bits >> 13) & Vector256<uint>.One)) >> 13;
        return rounded | ((v.AsUInt32() & SignBit) >> 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LoadBytes(sbyte* source)
    {
        var bytes = Vector128.Load(source);
        return new(
            Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(bytes)),
            Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(Vector128.Shuffle(bytes.AsInt64(), Vector128.Create(1L, 0)).AsSByte())));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes256 lanes)
    {
        var eight = lanes.a + lanes.b;
        return Lanes.Sum(eight.GetLower() + eight.GetUpper());
    }
}
