using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LoRDBA.Benchmarks.Roofline;

/// <summary>AVX-512.</summary>
internal sealed unsafe class Probes512 : Probes
{
    public override int Bits => 512;

    public override int WholeProductMacs => 16 * 32;

    public override int TileMacs => 8 * 32;

    public override int FloatProductMacs => 16 * 16;

    public override int SignsShrinkMacs => 8 * 64;

    public override int SignsExpandMacs => 8 * 4 * 64;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public override void WholeProduct(int steps)
    {
        var a = Vector512.Create((short)Sink);
        var one = Vector512<int>.One;
        Vector512<int> s0 = one, s1 = one, s2 = one, s3 = one, s4 = one, s5 = one, s6 = one, s7 = one, s8 = one, s9 = one, s10 = one, s11 = one, s12 = one, s13 = one, s14 = one, s15 = one;
        for (var i = 0; i < steps; i++)
        {
            Product(ref s0, a); Product(ref s1, a); Product(ref s2, a); Product(ref s3, a);
            Product(ref s4, a); Product(ref s5, a); Product(ref s6, a); Product(ref s7, a);
            Product(ref s8, a); Product(ref s9, a); Product(ref s10, a); Product(ref s11, a);
            Product(ref s12, a); Product(ref s13, a); Product(ref s14, a); Product(ref s15, a);
        }
        Sink = (s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11 + s12 + s13 + s14 + s15)[0];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public override void Tile(byte* memory, int steps)
    {
        var start = (short*)memory;
        Vector512<int> s00 = default, s01 = default, s10 = default, s11 = default, s20 = default, s21 = default, s30 = default, s31 = default;
        for (var i = 0; i < steps; i++)
        {
            // Of 16 KB, as a tile of nine blocks.
            var w = start + (i & 127) * 64;
            var a = start + (i & 127) * 2;
            var (w0, w1) = (Vector512.Load(w), Vector512.Load(w + 32));
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
        var (a, b) = (Vector512.Create(0.5f), Vector512.Create((float)Sink));
        Vector512<float> s0 = b, s1 = b, s2 = b, s3 = b, s4 = b, s5 = b, s6 = b, s7 = b, s8 = b, s9 = b, s10 = b, s11 = b, s12 = b, s13 = b, s14 = b, s15 = b;
        for (var i = 0; i < steps; i++)
        {
            s0 = Avx512F.FusedMultiplyAdd(s0, a, b); s1 = Avx512F.FusedMultiplyAdd(s1, a, b); s2 = Avx512F.FusedMultiplyAdd(s2, a, b); s3 = Avx512F.FusedMultiplyAdd(s3, a, b);
            s4 = Avx512F.FusedMultiplyAdd(s4, a, b); s5 = Avx512F.FusedMultiplyAdd(s5, a, b); s6 = Avx512F.FusedMultiplyAdd(s6, a, b); s7 = Avx512F.FusedMultiplyAdd(s7, a, b);
            s8 = Avx512F.FusedMultiplyAdd(s8, a, b); s9 = Avx512F.FusedMultiplyAdd(s9, a, b); s10 = Avx512F.FusedMultiplyAdd(s10, a, b); s11 = Avx512F.FusedMultiplyAdd(s11, a, b);
            s12 = Avx512F.FusedMultiplyAdd(s12, a, b); s13 = Avx512F.FusedMultiplyAdd(s13, a, b); s14 = Avx512F.FusedMultiplyAdd(s14, a, b); s15 = Avx512F.FusedMultiplyAdd(s15, a, b);
        }
        Sink = (int)(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11 + s12 + s13 + s14 + s15)[0];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public override void SignsShrink(int steps)
    {
        var (codes, gain) = (Vector512.Create((sbyte)Sink), Vector512.Create((short)Sink));
        var one = Vector512<int>.One;
        Vector512<int> s0 = one, s1 = one, s2 = one, s3 = one, s4 = one, s5 = one, s6 = one, s7 = one;
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
        var index = Vector512.Create((byte)Sink);
        var one = Vector512<short>.One;
        Vector512<short> l0 = one, l1 = one, l2 = one, l3 = one, l4 = one, l5 = one, l6 = one, l7 = one;
        Vector512<short> h0 = one, h1 = one, h2 = one, h3 = one, h4 = one, h5 = one, h6 = one, h7 = one;
        for (var i = 0; i < steps; i++)
        {
            Expand(ref l0, ref h0, index); Expand(ref l1, ref h1, index); Expand(ref l2, ref h2, index); Expand(ref l3, ref h3, index);
            Expand(ref l4, ref h4, index); Expand(ref l5, ref h5, index); Expand(ref l6, ref h6, index); Expand(ref l7, ref h7, index);
        }
        Sink = (l0 + l1 + l2 + l3 + l4 + l5 + l6 + l7 + h0 + h1 + h2 + h3 + h4 + h5 + h6 + h7)[0];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public override void Read(byte* memory, long count)
    {
        Vector512<byte> s0 = default, s1 = default, s2 = default, s3 = default;
        for (var end = memory + count; memory < end; memory += 512)
        {
            s0 |= Vector512.Load(memory) | Vector512.Load(memory + 256);
            s1 |= Vector512.Load(memory + 64) | Vector512.Load(memory + 320);
            s2 |= Vector512.Load(memory + 128) | Vector512.Load(memory + 384);
            s3 |= Vector512.Load(memory + 192) | Vector512.Load(memory + 448);
        }
        Sink = (s0 | s1 | s2 | s3)[0];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Product(ref Vector512<int> sum, Vector512<short> a) => sum += Avx512BW.MultiplyAddAdjacent(sum.AsInt16(), a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Product(short* a, Vector512<short> w0, Vector512<short> w1, ref Vector512<int> s0, ref Vector512<int> s1)
    {
        var pair = Vector512.Create(*(int*)a).AsInt16();
        s0 += Avx512BW.MultiplyAddAdjacent(w0, pair);
        s1 += Avx512BW.MultiplyAddAdjacent(w1, pair);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Shrink(ref Vector512<int> sum, Vector512<sbyte> codes, Vector512<short> gain) =>
        sum += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(sum.AsByte(), codes), gain);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Expand(ref Vector512<short> low, ref Vector512<short> high, Vector512<byte> index)
    {
        var (lowBytes, highBytes) = (Avx512BW.Shuffle(low.AsByte(), index), Avx512BW.Shuffle(high.AsByte(), index));
        low += Avx512BW.UnpackLow(lowBytes, highBytes).AsInt16();
        high += Avx512BW.UnpackHigh(lowBytes, highBytes).AsInt16();
    }
}
