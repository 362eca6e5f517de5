using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LoRDBA.Benchmarks.Roofline;

/// <summary>AVX2.</summary>
internal sealed unsafe class Probes256 : Probes
{
    public override int Bits => 256;

    public override int WholeProductMacs => 12 * 16;

    public override int TileMacs => 8 * 16;

    public override int FloatProductMacs => 12 * 8;

    public override int SignsShrinkMacs => 8 * 32;

    public override int SignsExpandMacs => 4 * 4 * 32;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public override void WholeProduct(int steps)
    {
        var a = Vector256.Create((short)Sink);
        var one = Vector256<int>.One;
        Vector256<int> s0 = one, s1 = one, s2 = one, s3 = one, s4 = one, s5 = one, s6 = one, s7 = one, s8 = one, s9 = one, s10 = one, s11 = one;
        for (var i = 0; i < steps; i++)
        {
            Product(ref s0, a); Product(ref s1, a); Product(ref s2, a); Product(ref s3, a);
            Product(ref s4, a); Product(ref s5, a); Product(ref s6, a); Product(ref s7, a);
            Product(ref s8, a); Product(ref s9, a); Product(ref s10, a); Product(ref s11, a);
        }
        Sink = (s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11)[0];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public override void Tile(byte* memory, int steps)
    {
        var start = (short*)memory;
        Vector256<int> s00 = default, s01 = default, s10 = default, s11 = default, s20 = default, s21 = default, s30 = default, s31 = default;
        for (var i = 0; i < steps; i++)
        {
            // Of 16 KB, as a tile of nine blocks.
            var w = start + (i & 127) * 32;
            var a = start + (i & 127) * 2;
            var (w0, w1) = (Vector256.Load(w), Vector256.Load(w + 16));
            Product(a, w0, w1, ref s00, ref s01);
            Product(a + 512, w0, w1, ref s10, ref s11);
            Product(a + 1024, w0, w1, ref s20, ref s21);
            Product(a + 1536, w0, w1, ref s30, ref s31);
        }
        Sink = (s00 + s01 + s10 + s11 + s20 + s21 + s30 + s31)[0];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public override void FloatProduct(int steps)
    {
        var (a, b) = (Vector256.Create(0.5f), Vector256.Create((float)Sink));
        Vector256<float> s0 = b, s1 = b, s2 = b, s3 = b, s4 = b, s5 = b, s6 = b, s7 = b, s8 = b, s9 = b, s10 = b, s11 = b;
        for (var i = 0; i < steps; i++)
        {
            s0 = Fma.MultiplyAdd(s0, a, b); s1 = Fma.MultiplyAdd(s1, a, b); s2 = Fma.MultiplyAdd(s2, a, b); s3 = Fma.MultiplyAdd(s3, a, b);
            s4 = Fma.MultiplyAdd(s4, a, b); s5 = Fma.MultiplyAdd(s5, a, b); s6 = Fma.MultiplyAdd(s6, a, b); s7 = Fma.MultiplyAdd(s7, a, b);
            s8 = Fma.MultiplyAdd(s8, a, b); s9 = Fma.MultiplyAdd(s9, a, b); s10 = Fma.MultiplyAdd(s10, a, b); s11 = Fma.MultiplyAdd(s11, a, b);
        }
        Sink = (int)(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11)[0];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public override void SignsShrink(int steps)
    {
        var (codes, gain) = (Vector256.Create((sbyte)Sink), Vector256.Create((short)Sink));
        var one = Vector256<int>.One;
        Vector256<int> s0 = one, s1 = one, s2 = one, s3 = one, s4 = one, s5 = one, s6 = one, s7 = one;
        for (var i = 0; i < steps; i++)
        {
            Shrink(ref s0, codes, gain); Shrink(ref s1, codes, gain); Shrink(ref s2, codes, gain); Shrink(ref s3, codes, gain);
            Shrink(ref s4, codes, gain); Shrink(ref s5, codes, gain); Shrink(ref s6, codes, gain); Shrink(ref s7, codes, gain);
        }
        Sink = (s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7)[0];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public override void SignsExpand(int steps)
    {
        var index = Vector256.Create((byte)Sink);
        var one = Vector256<short>.One;
        Vector256<short> l0 = one, l1 = one, l2 = one, l3 = one;
        Vector256<short> h0 = one, h1 = one, h2 = one, h3 = one;
        for (var i = 0; i < steps; i++)
        {
            Expand(ref l0, ref h0, index); Expand(ref l1, ref h1, index); Expand(ref l2, ref h2, index); Expand(ref l3, ref h3, index);
        }
        Sink = (l0 + l1 + l2 + l3 + h0 + h1 + h2 + h3)[0];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public override void Read(byte* memory, long count)
    {
        Vector256<byte> s0 = default, s1 = default, s2 = default, s3 = default;
        for (var end = memory + count; memory < end; memory += 256)
        {
            s0 |= Vector256.Load(memory) | Vector256.Load(memory + 128);
            s1 |= Vector256.Load(memory + 32) | Vector256.Load(memory + 160);
            s2 |= Vector256.Load(memory + 64) | Vector256.Load(memory + 192);
            s3 |= Vector256.Load(memory + 96) | Vector256.Load(memory + 224);
        }
        Sink = (s0 | s1 | s2 | s3)[0];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Product(ref Vector256<int> sum, Vector256<short> a) => sum += Avx2.MultiplyAddAdjacent(sum.AsInt16(), a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Product(short* a, Vector256<short> w0, Vector256<short> w1, ref Vector256<int> s0, ref Vector256<int> s1)
    {
        var pair = Vector256.Create(*(int*)a).AsInt16();
        s0 += Avx2.MultiplyAddAdjacent(w0, pair);
        s1 += Avx2.MultiplyAddAdjacent(w1, pair);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Shrink(ref Vector256<int> sum, Vector256<sbyte> codes, Vector256<short> gain) =>
        sum += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(sum.AsByte(), codes), gain);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Expand(ref Vector256<short> low, ref Vector256<short> high, Vector256<byte> index)
    {
        var (lowBytes, highBytes) = (Avx2.Shuffle(low.AsByte(), index), Avx2.Shuffle(high.AsByte(), index));
        low += Avx2.UnpackLow(lowBytes, highBytes).AsInt16();
        high += Avx2.UnpackHigh(lowBytes, highBytes).AsInt16();
    }
}
