using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products.X64;

/// <summary>
/// AVX-512, sixteen rows times one token, formats of super-blocks with factors. 64 bytes of a row are read once for four blocks, and their
/// even and odd bytes become words by masks alone: nothing is widened, joined or moved. What is not in a word's lowest bits comes out
/// multiplied by a power of two, and its sums are divided.
/// <code>
///   vpmaddwd   even words · even channels + odd words · odd channels      | block a: 8 sums of four | block b: 8 sums |
///   a tree     four rows' registers → one,  four such → two               | block a: r0 ... r15 |     | block b: r0 ... r15 |
/// </code>
/// Factors meet a row's sums before the tree, one a 128-bit lane, after the zero was taken away: f · Σ (u - zero) · a.
/// </summary>
internal readonly unsafe struct Avx512FieldRows<TBlock> : IAvx512Rows where TBlock : struct, IQuantizedBlock, IFieldBlock
{
    private const int Together = RowsProduct.Together;

    [SkipLocalsInit]
    public static void Run(in RowsProduct p)
    {
        var (rowBytes, superBlocks) = (p.RowBytes, p.Blocks / BlockSize.SubBlocks);
        byte* w = p.Weights;
        short* a = p.Codes;
        var products = stackalloc int[BlockSize.SubBlocks * Together];
        var factors = stackalloc sbyte[2 * BlockSize.SubBlocks * Together];
        Vector512<float>.Zero.Store(p.Y);
        var ahead = new RowsAhead(w + Together * rowBytes, Together * p.BlockBytes * BlockSize.SubBlocks / 2);
        for (var i = 0; i < superBlocks; i++, w += TBlock.Offset(BlockSize.SubBlocks))
        {
            for (var r = 0; r < Together; r++) TBlock.Factors(w + r * rowBytes).Store(factors + 2 * BlockSize.SubBlocks * r);
            for (var chunk = 0; chunk < 2; chunk++)
            {
                ahead.Prefetch();
                Chunk(w, rowBytes, chunk, factors, a, products);
            }
            AddBlocks(p, i * BlockSize.SubBlocks, products);
            a += BlockSize.SuperBlock;
        }
    }

    /// <summary>y of sixteen rows with a super-block added; a method of its own, so that y stays in a register.</summary>
    private static void AddBlocks(in RowsProduct p, int block, int* products)
    {
        float* scales = p.Scales + block * Together, mins = p.Mins + block * Together, d = p.TokenScales + block, s = p.TokenSums + block;
        var y = Vector512.Load(p.Y);
        for (var b = 0; b < BlockSize.SubBlocks; b++)
            y = Avx512Rows<TBlock>.AddBlock(y, Vector512.Load(products + b * Together), d[b], s[b], scales + b * Together, mins + b * Together);
        y.Store(p.Y);
    }

    /// <summary>Four blocks of sixteen rows, [8][16] of the super-block.</summary>
    [SkipLocalsInit]
    private static void Chunk(byte* w, long rowBytes, int chunk, sbyte* factors, short* a, int* products)
    {
        short* at = a + TBlock.A(chunk) * QuantizedRows.BlockLength;
        var first = new Activations(at);
        var second = new Activations(at + TBlock.AToC * QuantizedRows.BlockLength);
        var shifts = TBlock.Shifts(chunk);
        var lanes = Vector512.Create(
            0, 0, 0, 0, 1, 1, 1, 1, 2 * TBlock.AToB, 2 * TBlock.AToB, 2 * TBlock.AToB, 2 * TBlock.AToB,
            2 * TBlock.AToB + 1, 2 * TBlock.AToB + 1, 2 * TBlock.AToB + 1, 2 * TBlock.AToB + 1) + Vector512.Create(2 * TBlock.A(chunk));
        var sums = stackalloc int[2 * Together * 4];
        for (var r = 0; r < Together; r += 4, w += 4 * rowBytes, factors += 8 * BlockSize.SubBlocks, sums += Together)
        {
            Row(w, chunk, shifts, factors, lanes, first, second, out var p0, out var q0);
            Row(w + rowBytes, chunk, shifts, factors + 16, lanes, first, second, out var p1, out var q1);
            Row(w + 2 * rowBytes, chunk, shifts, factors + 32, lanes, first, second, out var p2, out var q2);
            Row(w + 3 * rowBytes, chunk, shifts, factors + 48, lanes, first, second, out var p3, out var q3);
            Avx512Rows<TBlock>.SumLanes(p0, p1, p2, p3).Store(sums);
            Avx512Rows<TBlock>.SumLanes(q0, q1, q2, q3).Store(sums + 4 * Together);
        }
        sums -= 4 * Together;
        products += TBlock.A(chunk) * Together;
        Gather(sums, products);
        Gather(sums + 4 * Together, products + TBlock.AToC * Together);
    }

    /// <summary>The channels of a pair of blocks: | a: even | b: even |, | a: odd | b: odd |.</summary>
    private readonly struct Activations
    {
        public readonly Vector512<short> Even, Odd;

        /// <summary>What the zero adds to sums of four.</summary>
        public readonly Vector512<int> Zero;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Activations(short* a)
        {
            var (x, y) = (Vector512.Load(a), Vector512.Load(a + TBlock.AToB * QuantizedRows.BlockLength));
            var even = Vector512.Create(
                (short)0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 42, 44, 46, 48, 50, 52, 54, 56, 58, 60, 62);
            Even = Avx512BW.PermuteVar32x16x2(x, even, y);
            Odd = Avx512BW.PermuteVar32x16x2(x, even + Vector512<short>.One, y);
            Zero = Products(Vector512.Create((ushort)TBlock.FieldZero), Vector512.Create((ushort)TBlock.FieldZero));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<int> Products(Vector512<ushort> even, Vector512<ushort> odd) =>
            Avx512BW.MultiplyAddAdjacent(even.AsInt16(), Even) + Avx512BW.MultiplyAddAdjacent(odd.AsInt16(), Odd);
    }

    /// <summary>A row's products: sums of four of blocks a and b, and of c and d.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row(
        byte* at, int chunk, in FieldShifts shifts, sbyte* factors, Vector512<int> lanes, in Activations first, in Activations second,
        out Vector512<int> p, out Vector512<int> q)
    {
        TBlock.Words(at, chunk, shifts, out var evenAb, out var oddAb, out var evenCd, out var oddCd);
        var f = Avx512F.ConvertToVector512Int32(Vector128.Load(factors));
        p = (first.Products(evenAb, oddAb) - first.Zero) * Avx512F.PermuteVar16x32(f, lanes);
        q = ((second.Products(evenCd, oddCd) >> TBlock.SecondShift) - second.Zero) * Avx512F.PermuteVar16x32(f, lanes + Vector512.Create(2 * TBlock.AToC));
    }

    /// <summary>Of four rows a lane, the two lanes of a block are added: sixteen rows of two blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Gather(int* sums, int* products)
    {
        var (g0, g1) = (Vector512.Load(sums), Vector512.Load(sums + Together));
        var (g2, g3) = (Vector512.Load(sums + 2 * Together), Vector512.Load(sums + 3 * Together));
        var s01 = Avx512F.Shuffle4x128(g0, g1, 0x88) + Avx512F.Shuffle4x128(g0, g1, 0xdd);
        var s23 = Avx512F.Shuffle4x128(g2, g3, 0x88) + Avx512F.Shuffle4x128(g2, g3, 0xdd);
        Avx512F.Shuffle4x128(s01, s23, 0x88).Store(products);
        Avx512F.Shuffle4x128(s01, s23, 0xdd).Store(products + TBlock.AToB * Together);
    }
}
