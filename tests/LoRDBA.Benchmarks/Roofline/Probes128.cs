using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace LoRDBA.Benchmarks.Roofline;

/// <summary>AdvSimd, and dot products of bytes where there are any.</summary>
internal sealed unsafe class Probes128 : Probes
{
    public override int Bits => 128;

    public override int WholeProductMacs => 8 * 8;

    public override int TileMacs => 8 * 8;

    public override int FloatProductMacs => 12 * 4;

    public override int SignsShrinkMacs => 4 * 64;

    public override int SignsExpandMacs => 4 * 4 * 16;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public override void WholeProduct(int steps)
    {
        var a = Vector128.Create((short)Sink);
        Vector128<int> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        Vector128<int> t0 = default, t1 = default, t2 = default, t3 = default, t4 = default, t5 = default, t6 = default, t7 = default;
        for (var i = 0; i < steps; i++)
        {
            Product(a, a, ref s0, ref t0); Product(a, a, ref s1, ref t1); Product(a, a, ref s2, ref t2); Product(a, a, ref s3, ref t3);
            Product(a, a, ref s4, ref t4); Product(a, a, ref s5, ref t5); Product(a, a, ref s6, ref t6); Product(a, a, ref s7, ref t7);
        }
        Sink = (s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + t0 + t1 + t2 + t3 + t4 + t5 + t6 + t7)[0];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public override void Tile(byte* memory, int steps)
    {
        var start = (short*)memory;
        Vector128<int> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        Vector128<int> t0 = default, t1 = default, t2 = default, t3 = default, t4 = default, t5 = default, t6 = default, t7 = default;
        for (var i = 0; i < steps; i++)
        {
            // Of 16 KB, as a tile of nine blocks: a whole row of it, of which eight of 32 rows are read.
            var w = start + (i & 127) * 64;
            var a = start + (i & 127) * 2;
            var (w0, w1) = (Vector128.Load(w), Vector128.Load(w + 8));
            Product(w0, w1, Pair(a), ref s0, ref t0, ref s1, ref t1);
            Product(w0, w1, Pair(a + 512), ref s2, ref t2, ref s3, ref t3);
            Product(w0, w1, Pair(a + 1024), ref s4, ref t4, ref s5, ref t5);
            Product(w0, w1, Pair(a + 1536), ref s6, ref t6, ref s7, ref t7);
        }
        Sink = (s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + t0 + t1 + t2 + t3 + t4 + t5 + t6 + t7)[0];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public override void FloatProduct(int steps)
    {
        var (a, b) = (Vector128.Create(0.5f), Vector128.Create((float)Sink));
        Vector128<float> s0 = b, s1 = b, s2 = b, s3 = b, s4 = b, s5 = b, s6 = b, s7 = b, s8 = b, s9 = b, s10 = b, s11 = b;
        for (var i = 0; i < steps; i++)
        {
            s0 = AdvSimd.FusedMultiplyAdd(s0, a, b); s1 = AdvSimd.FusedMultiplyAdd(s1, a, b); s2 = AdvSimd.FusedMultiplyAdd(s2, a, b);
            s3 = AdvSimd.FusedMultiplyAdd(s3, a, b); s4 = AdvSimd.FusedMultiplyAdd(s4, a, b); s5 = AdvSimd.FusedMultiplyAdd(s5, a, b);
            s6 = AdvSimd.FusedMultiplyAdd(s6, a, b); s7 = AdvSimd.FusedMultiplyAdd(s7, a, b); s8 = AdvSimd.FusedMultiplyAdd(s8, a, b);
            s9 = AdvSimd.FusedMultiplyAdd(s9, a, b); s10 = AdvSimd.FusedMultiplyAdd(s10, a, b); s11 = AdvSimd.FusedMultiplyAdd(s11, a, b);
        }
        Sink = (int)(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11)[0];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public override void SignsShrink(int steps)
    {
        var (codes, gain) = (Vector128.Create((sbyte)Sink), Vector128.Create(Sink));
        Vector128<int> s0 = default, s1 = default, s2 = default, s3 = default;
        for (var i = 0; i < steps; i++)
        {
            if (Dp.IsSupported)
            {
                ShrinkDp(codes, gain, ref s0); ShrinkDp(codes, gain, ref s1); ShrinkDp(codes, gain, ref s2); ShrinkDp(codes, gain, ref s3);
            }
            else
            {
                Shrink(codes, gain.AsInt16(), ref s0); Shrink(codes, gain.AsInt16(), ref s1); Shrink(codes, gain.AsInt16(), ref s2); Shrink(codes, gain.AsInt16(), ref s3);
            }
        }
        Sink = (s0 + s1 + s2 + s3)[0];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public override void SignsExpand(int steps)
    {
        var index = Vector128.Create((byte)Sink);
        Vector128<short> l0 = default, l1 = default, l2 = default, l3 = default, h0 = default, h1 = default, h2 = default, h3 = default;
        for (var i = 0; i < steps; i++)
        {
            Expand(ref l0, ref h0, index); Expand(ref l1, ref h1, index); Expand(ref l2, ref h2, index); Expand(ref l3, ref h3, index);
        }
        Sink = (l0 + l1 + l2 + l3 + h0 + h1 + h2 + h3)[0];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public override void Read(byte* memory, long count)
    {
        Vector128<byte> s0 = default, s1 = default, s2 = default, s3 = default;
        for (var end = memory + count; memory < end; memory += 128)
        {
            s0 |= Vector128.Load(memory) | Vector128.Load(memory + 64);
            s1 |= Vector128.Load(memory + 16) | Vector128.Load(memory + 80);
            s2 |= Vector128.Load(memory + 32) | Vector128.Load(memory + 96);
            s3 |= Vector128.Load(memory + 48) | Vector128.Load(memory + 112);
        }
        Sink = (s0 | s1 | s2 | s3)[0];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> Pair(short* a) => Vector128.Create(*(int*)a).AsInt16();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Product(Vector128<short> w, Vector128<short> a, ref Vector128<int> low, ref Vector128<int> high)
    {
        low = AdvSimd.MultiplyWideningLowerAndAdd(low, w.GetLower(), a.GetLower());
        high = AdvSimd.MultiplyWideningUpperAndAdd(high, w, a);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Product(Vector128<short> w0, Vector128<short> w1, Vector128<short> a, ref Vector128<int> s0, ref Vector128<int> t0, ref Vector128<int> s1, ref Vector128<int> t1)
    {
        Product(w0, a, ref s0, ref t0);
        Product(w1, a, ref s1, ref t1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Shrink(Vector128<sbyte> codes, Vector128<short> gain, ref Vector128<int> sum)
    {
        var masks = sum.AsSByte();
        var pairs = AdvSimd.AddPairwiseWidening(masks & codes);
        pairs = AdvSimd.AddPairwiseWideningAndAdd(pairs, masks & pairs.AsSByte());
        pairs = AdvSimd.AddPairwiseWideningAndAdd(pairs, masks & pairs.AsSByte());
        pairs = AdvSimd.AddPairwiseWideningAndAdd(pairs, masks & pairs.AsSByte());
        sum = AdvSimd.MultiplyWideningUpperAndAdd(AdvSimd.MultiplyWideningLowerAndAdd(sum, pairs.GetLower(), gain.GetLower()), pairs, gain);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ShrinkDp(Vector128<sbyte> codes, Vector128<int> gain, ref Vector128<int> sum)
    {
        var dot = Dp.DotProduct(Dp.DotProduct(Vector128<int>.Zero, sum.AsSByte(), codes), sum.AsSByte(), codes);
        dot = Dp.DotProduct(Dp.DotProduct(dot, sum.AsSByte(), codes), sum.AsSByte(), codes);
        sum = AdvSimd.MultiplyAdd(sum, dot, gain);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Expand(ref Vector128<short> low, ref Vector128<short> high, Vector128<byte> index)
    {
        var (lowBytes, highBytes) = (AdvSimd.Arm64.VectorTableLookup(low.AsByte(), index), AdvSimd.Arm64.VectorTableLookup(high.AsByte(), index));
        low += AdvSimd.Arm64.ZipLow(lowBytes, highBytes).AsInt16();
        high += AdvSimd.Arm64.ZipHigh(lowBytes, highBytes).AsInt16();
    }
}
