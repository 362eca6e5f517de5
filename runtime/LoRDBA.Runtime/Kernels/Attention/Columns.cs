using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LoRDBA.Runtime.Kernels.Attention;

/// <summary>Two registers of 512 bits: 8 rows fill 16 of 32 registers.</summary>
internal readonly unsafe struct Columns512(Vector512<float> a, Vector512<float> b) : IColumns<Columns512>
{
    private readonly Vector512<float> a = a, b = b;

    public static int Count => 32;

    public static int Rows => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Columns512 Load(float* source) => new(Vector512.Load(source), Vector512.Load(source + 16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Columns512 LoadHalf(ushort* source) => new(Lanes512.FromHalf(source), Lanes512.FromHalf(source + 16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Columns512 columns, float* target)
    {
        columns.a.Store(target);
        columns.b.Store(target + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Columns512 Multiply(float* x, Columns512 y) => new(y.a * *x, y.b * *x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Columns512 MultiplyAdd(float* x, Columns512 y, Columns512 sum)
    {
        var v = Vector512.Create(*x);
        return new(Vector512.MultiplyAddEstimate(v, y.a, sum.a), Vector512.MultiplyAddEstimate(v, y.b, sum.b));
    }
}

/// <summary>Two registers of 256 bits: 4 rows fill 8 of 16 registers.</summary>
internal readonly unsafe struct Columns256(Vector256<float> a, Vector256<float> b) : IColumns<Columns256>
{
    private readonly Vector256<float> a = a, b = b;

    public static int Count => 16;

    public static int Rows => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Columns256 Load(float* source) => new(Vector256.Load(source), Vector256.Load(source + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Columns256 LoadHalf(ushort* source) => new(Lanes256.FromHalf(source), Lanes256.FromHalf(source + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Columns256 columns, float* target)
    {
        columns.a.Store(target);
        columns.b.Store(target + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Columns256 Multiply(float* x, Columns256 y) => new(y.a * *x, y.b * *x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Columns256 MultiplyAdd(float* x, Columns256 y, Columns256 sum)
    {
        var v = Vector256.Create(*x);
        return new(Vector256.MultiplyAddEstimate(v, y.a, sum.a), Vector256.MultiplyAddEstimate(v, y.b, sum.b));
    }
}

/// <summary>Four registers of 128 bits: 4 rows fill 16 of arm64's 32 registers.</summary>
internal readonly unsafe struct Columns128(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d) : IColumns<Columns128>
{
    private readonly Vector128<float> a = a, b = b, c = c, d = d;

    public static int Count => 16;

    public static int Rows => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Columns128 Load(float* source) =>
        new(Vector128.Load(source), Vector128.Load(source + 4), Vector128.Load(source + 8), Vector128.Load(source + 12));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Columns128 LoadHalf(ushort* source) =>
        new(Lanes128.FromHalf(source), Lanes128.FromHalf(source + 4), Lanes128.FromHalf(source + 8), Lanes128.FromHalf(source + 12));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Columns128 columns, float* target)
    {
        columns.a.Store(target);
        columns.b.Store(target + 4);
        columns.c.Store(target + 8);
        columns.d.Store(target + 12);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Columns128 Multiply(float* x, Columns128 y) => new(y.a * *x, y.b * *x, y.c * *x, y.d * *x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Columns128 MultiplyAdd(float* x, Columns128 y, Columns128 sum)
    {
        var v = Vector128.Create(*x);
        return new(
            Vector128.MultiplyAddEstimate(v, y.a, sum.a), Vector128.MultiplyAddEstimate(v, y.b, sum.b),
            Vector128.MultiplyAddEstimate(v, y.c, sum.c), Vector128.MultiplyAddEstimate(v, y.d, sum.d));
    }
}
