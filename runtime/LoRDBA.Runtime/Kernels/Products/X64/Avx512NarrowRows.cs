using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products.X64;

/// <summary>
/// AVX-512, sixteen rows times one token, weights of at most six bits. Instead of widening the weights to 16 bits, an activation is split
/// into bytes, a = 256 · hi + lo, so that a register holds the block of two rows:
/// <code>
///   vpmaddubsw  u · hi, u · lo     u = q + zero in [0, 63]: two products of |lo| ≤ 128 fit 16 bits
///   vpmaddwd    · 256,  · 1        sums of four, in i32; · 256 f and · f, if halves of a block have factors f
/// </code>
/// What the zero added, zero · Σ a, is taken away from the block's sum, or before factors from each sum of two. All of that is exact, or
/// wraps around and comes back.
/// </summary>
internal static unsafe class Avx512NarrowRows<TBlock> where TBlock : struct, IQuantizedBlock
{
    /// <summary>Pairs of rows: row i and i + 4 of each eight.</summary>
    private const int Pairs = RowsProduct.Together / 2;

    /// <summary>16-bit numbers in a register.</summary>
    private const int Words = 32;

    public static void Run(in RowsProduct p)
    {
        var (rowBytes, blocks) = (p.RowBytes, p.Blocks);
        byte* w = p.Weights;
        short* a = p.Codes;
        float* scales = p.Scales, mins = p.Mins, d = p.TokenScales, s = p.TokenSums;
        int* totals = p.TokenTotals;
        var sum = Vector512<float>.Zero;
        var factors = stackalloc short[TBlock.HasFactors ? Pairs * Words : 0];
        var ahead = new RowsAhead(w + RowsProduct.Together * rowBytes, RowsProduct.Together * p.BlockBytes);
        for (var b = 0; b < blocks; b++, a += QuantizedRows.BlockLength)
        {
            ahead.Prefetch();
            var at = w + TBlock.Offset(b);
            if (TBlock.HasFactors && b % BlockSize.SubBlocks == 0) LoadFactors(at, rowBytes, factors);
            var x = new Activations(a, b);
            var rows0 = EightRows(at, rowBytes, b, x, factors);
            var rows8 = EightRows(at + 8 * rowBytes, rowBytes, b, x, factors + Pairs / 2 * Words);
            var products = Avx512F.Shuffle4x128(rows0, rows8, 0x88) + Avx512F.Shuffle4x128(rows0, rows8, 0xdd);
            if (TBlock.Zero != 0 && !TBlock.HasFactors) products -= Vector512.Create(TBlock.Zero * totals[b]);

            var row = b * RowsProduct.Together;
            sum = Avx512Rows<TBlock>.AddBlock(sum, products, d[b], s[b], scales + row, mins + row);
        }
        sum.Store(p.Y);
    }

    /// <summary>A block of the token, beside each row of a pair: | x_0 ... x_31 | x_0 ... x_31 |.</summary>
    private readonly struct Activations
    {
        public readonly Vector512<sbyte> Hi, Lo;

        /// <summary>What the zero adds to sums of two.</summary>
        public readonly Vector512<short> ZeroHi, ZeroLo;

        /// <summary>Where a pair's factors of this block lie: | a: f_0 ... | a: f_1 ... | b: f_0 ... | b: f_1 ... |.</summary>
        public readonly Vector512<short> Factors;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Activations(short* a, int block)
        {
            var codes = Vector512.Load(a);
            Hi = Twice(Avx512BW.ConvertToVector256SByte(codes + Vector512.Create((short)128) >> 8));
            Lo = Twice(Avx512BW.ConvertToVector256SByte(codes));
            if (!TBlock.HasFactors) return;

            var zero = Vector512.Create((byte)TBlock.Zero);
            ZeroHi = Avx512BW.MultiplyAddAdjacent(zero, Hi);
            ZeroLo = Avx512BW.MultiplyAddAdjacent(zero, Lo);
            var first = Vector512.Create(
                0, 0, 0x0001_0001_0001_0001, 0x0001_0001_0001_0001,
                0x0010_0010_0010_0010, 0x0010_0010_0010_0010, 0x0011_0011_0011_0011, 0x0011_0011_0011_0011).AsInt16();
            Factors = first + Vector512.Create((short)(2 * (block % BlockSize.SubBlocks)));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<sbyte> Twice(Vector256<sbyte> x) => RowPair.Of(x.AsByte(), x.AsByte()).AsSByte();
    }

    /// <summary>Two halves of the sums of eight rows: | rows 0-3 | rows 0-3 | rows 4-7 | rows 4-7 |</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> EightRows(byte* at, long rowBytes, int block, in Activations x, short* factors)
    {
        var p0 = PairProducts(at, at + 4 * rowBytes, block, x, factors);
        var p1 = PairProducts(at + rowBytes, at + 5 * rowBytes, block, x, factors + Words);
        var p2 = PairProducts(at + 2 * rowBytes, at + 6 * rowBytes, block, x, factors + 2 * Words);
        var p3 = PairProducts(at + 3 * rowBytes, at + 7 * rowBytes, block, x, factors + 3 * Words);
        return Avx512Rows<TBlock>.SumLanes(p0, p1, p2, p3);
    }

    /// <summary>Two rows' products, as sums of four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> PairProducts(byte* row0, byte* row1, int block, in Activations x, short* factors)
    {
        var u = TBlock.LoadPair(row0, row1, block);
        var (hi, lo) = (Avx512BW.MultiplyAddAdjacent(u, x.Hi), Avx512BW.MultiplyAddAdjacent(u, x.Lo));
        if (!TBlock.HasFactors) return Avx512BW.MultiplyAddAdjacent(hi, Vector512.Create((short)256)) + Avx512BW.MultiplyAddAdjacent(lo, Vector512<short>.One);
        var f = Avx512BW.PermuteVar32x16(Vector512.Load(factors), x.Factors);
        return Avx512BW.MultiplyAddAdjacent(hi - x.ZeroHi, f << 8) + Avx512BW.MultiplyAddAdjacent(lo - x.ZeroLo, f);
    }

    /// <summary>The factors of a super-block of sixteen rows, [pairs][2][16].</summary>
    private static void LoadFactors(byte* at, long rowBytes, short* factors)
    {
        for (var pair = 0; pair < Pairs; pair++, at += rowBytes, factors += Words)
        {
            if (pair == Pairs / 2) at += 4 * rowBytes;
            Avx2.ConvertToVector256Int16(TBlock.Factors(at)).Store(factors);
            Avx2.ConvertToVector256Int16(TBlock.Factors(at + 4 * rowBytes)).Store(factors + Words / 2);
        }
    }
}
