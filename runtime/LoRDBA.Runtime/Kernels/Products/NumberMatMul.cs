using System.Runtime.CompilerServices;

namespace LoRDBA.Runtime.Kernels.Products;

/// <summary>
/// The product of weights that are floating-point numbers with float32 activations. A weight is widened where it is used, and meets as many
/// tokens there as registers hold sums:
/// <code>
///   16 lanes     sum[row][token] += w[row][j .. j + 16) · x[token][j .. j + 16)      4 x 4 or 2 x 2 sums, j = 0, 16, 32, ...
///   the end      y = the tree of the lanes, then the numbers that fill no lanes, one after the other
/// </code>
/// Each sum has an order of its own, so a token gets the same bits in any batch and on every machine.
/// </summary>
internal sealed unsafe class NumberMatMul<TNumber, TLanes> : MatMul where TNumber : struct, INumber where TLanes : struct, ILanes<TLanes>
{
    /// <summary>The kernel has no state: one serves all.</summary>
    public static readonly NumberMatMul<TNumber, TLanes> Instance = new();

    private const int Lanes = 16;

    /// <summary>Rows that are taken together.</summary>
    private const int Together = 4;

    private NumberMatMul() { }

    /// <summary>Whether there are registers for sixteen sums.</summary>
    private static bool HasSixteenSums => typeof(TLanes) == typeof(Lanes512);

    /// <inheritdoc/>
    public override bool ReadsQuantized => false;

    /// <inheritdoc/>
    public override void Run(in WeightMatrix weights, in MatMulInput x, float* y, int rowStart, int rowEnd, float* scratch)
    {
        var (nIn, stride) = (weights.NIn, (long)weights.NOut);
        var row = rowStart;
        for (; row <= rowEnd - Together; row += Together)
        {
            var product = new Rows(weights.Data + row * weights.RowBytes, weights.RowBytes, nIn, stride, scratch);
            var t = 0;
            if (HasSixteenSums)
                for (; t <= x.Tokens - 4; t += 4) FourByFour(product, x.Values + (long)t * nIn, y + t * stride + row);
            else
                for (; t <= x.Tokens - 2; t += 2)
                {
                    TwoByTwo(product, x.Values + (long)t * nIn, y + t * stride + row);
                    TwoByTwo(product.From(2), x.Values + (long)t * nIn, y + t * stride + row + 2);
                }
            for (; t < x.Tokens; t++) FourRows(product, x.Values + (long)t * nIn, y + t * stride + row);
        }
        for (; row < rowEnd; row++)
            for (var t = 0; t < x.Tokens; t++)
                OneRow(new Rows(weights.Data + row * weights.RowBytes, weights.RowBytes, nIn, stride, scratch), x.Values + (long)t * nIn, y + t * stride + row);
    }

    /// <inheritdoc/>
    public override void RunTransposed(in WeightMatrix weights, in MatMulInput dy, float* dx, int columnStart, int columnEnd, float* scratch) =>
        FloatMatMul.Instance.RunTransposed(weights, dy, dx, columnStart, columnEnd, scratch);

    /// <summary>
    /// Some rows: where they lie, how long they are, how far it is from one token's outputs to the next's, and room for sixteen sums.
    /// </summary>
    private readonly struct Rows(byte* first, long rowBytes, int nIn, long stride, float* sums)
    {
        public readonly byte* First = first;
        public readonly float* Sums = sums;
        public readonly long RowBytes = rowBytes, Stride = stride;
        public readonly int NIn = nIn;

        public int Whole => NIn / Lanes * Lanes;

        public Rows From(int row) => new(First + row * RowBytes, RowBytes, NIn, Stride, Sums);
    }

    private static void FourByFour(in Rows p, float* x, float* y)
    {
        byte* w0 = p.First, w1 = w0 + p.RowBytes, w2 = w1 + p.RowBytes, w3 = w2 + p.RowBytes;
        float* x0 = x, x1 = x0 + p.NIn, x2 = x1 + p.NIn, x3 = x2 + p.NIn;
        TLanes s00 = default, s01 = default, s02 = default, s03 = default, s10 = default, s11 = default, s12 = default, s13 = default;
        TLanes s20 = default, s21 = default, s22 = default, s23 = default, s30 = default, s31 = default, s32 = default, s33 = default;
        var whole = p.Whole;
        for (long j = 0; j < whole; j += Lanes)
        {
            var (a0, a1) = (TLanes.Load(x0 + j), TLanes.Load(x1 + j));
            var (a2, a3) = (TLanes.Load(x2 + j), TLanes.Load(x3 + j));
            var w = TNumber.Load<TLanes>(w0 + j * TNumber.Bytes);
            s00 = TLanes.MultiplyAdd(w, a0, s00);
            s01 = TLanes.MultiplyAdd(w, a1, s01);
            s02 = TLanes.MultiplyAdd(w, a2, s02);
            s03 = TLanes.MultiplyAdd(w, a3, s03);
            w = TNumber.Load<TLanes>(w1 + j * TNumber.Bytes);
            s10 = TLanes.MultiplyAdd(w, a0, s10);
            s11 = TLanes.MultiplyAdd(w, a1, s11);
            s12 = TLanes.MultiplyAdd(w, a2, s12);
            s13 = TLanes.MultiplyAdd(w, a3, s13);
            w = TNumber.Load<TLanes>(w2 + j * TNumber.Bytes);
            s20 = TLanes.MultiplyAdd(w, a0, s20);
            s21 = TLanes.MultiplyAdd(w, a1, s21);
            s22 = TLanes.MultiplyAdd(w, a2, s22);
            s23 = TLanes.MultiplyAdd(w, a3, s23);
            w = TNumber.Load<TLanes>(w3 + j * TNumber.Bytes);
            s30 = TLanes.MultiplyAdd(w, a0, s30);
            s31 = TLanes.MultiplyAdd(w, a1, s31);
            s32 = TLanes.MultiplyAdd(w, a2, s32);
            s33 = TLanes.MultiplyAdd(w, a3, s33);
        }
        var sums = p.Sums;
        Store(s00, s10, s20, s30, sums);
        Store(s01, s11, s21, s31, sums + 4 * Lanes);
        Store(s02, s12, s22, s32, sums + 8 * Lanes);
        Store(s03, s13, s23, s33, sums + 12 * Lanes);
        for (var t = 0; t < 4; t++, x += p.NIn, y += p.Stride, sums += 4 * Lanes) End(sums, rows: 4, p, x, y);
    }

    private static void TwoByTwo(in Rows p, float* x, float* y)
    {
        byte* w0 = p.First, w1 = w0 + p.RowBytes;
        float* x0 = x, x1 = x0 + p.NIn;
        TLanes s00 = default, s01 = default, s10 = default, s11 = default;
        var whole = p.Whole;
        for (long j = 0; j < whole; j += Lanes)
        {
            var (v0, v1) = (TNumber.Load<TLanes>(w0 + j * TNumber.Bytes), TNumber.Load<TLanes>(w1 + j * TNumber.Bytes));
            var a = TLanes.Load(x0 + j);
            s00 = TLanes.MultiplyAdd(v0, a, s00);
            s10 = TLanes.MultiplyAdd(v1, a, s10);
            a = TLanes.Load(x1 + j);
            s01 = TLanes.MultiplyAdd(v0, a, s01);
            s11 = TLanes.MultiplyAdd(v1, a, s11);
        }
        var sums = p.Sums;
        Store(s00, s10, s01, s11, sums);
        End(sums, rows: 2, p, x0, y);
        End(sums + 2 * Lanes, rows: 2, p, x1, y + p.Stride);
    }

    /// <summary>One token: the weights come from main memory, and the rows after these are asked for.</summary>
    private static void FourRows(in Rows p, float* x, float* y)
    {
        byte* w0 = p.First, w1 = w0 + p.RowBytes, w2 = w1 + p.RowBytes, w3 = w2 + p.RowBytes;
        TLanes s0 = default, s1 = default, s2 = default, s3 = default;
        var whole = p.Whole;
        var ahead = new RowsAhead(w3 + p.RowBytes, Together * Lanes * TNumber.Bytes);
        for (long j = 0; j < whole; j += Lanes)
        {
            ahead.Prefetch();
            var a = TLanes.Load(x + j);
            s0 = TLanes.MultiplyAdd(TNumber.Load<TLanes>(w0 + j * TNumber.Bytes), a, s0);
            s1 = TLanes.MultiplyAdd(TNumber.Load<TLanes>(w1 + j * TNumber.Bytes), a, s1);
            s2 = TLanes.MultiplyAdd(TNumber.Load<TLanes>(w2 + j * TNumber.Bytes), a, s2);
            s3 = TLanes.MultiplyAdd(TNumber.Load<TLanes>(w3 + j * TNumber.Bytes), a, s3);
        }
        var sums = p.Sums;
        Store(s0, s1, s2, s3, sums);
        End(sums, rows: 4, p, x, y);
    }

    private static void OneRow(in Rows p, float* x, float* y)
    {
        TLanes sum = default;
        var whole = p.Whole;
        for (long j = 0; j < whole; j += Lanes) sum = TLanes.MultiplyAdd(TNumber.Load<TLanes>(p.First + j * TNumber.Bytes), TLanes.Load(x + j), sum);
        var sums = p.Sums;
        TLanes.Store(sum, sums);
        End(sums, rows: 1, p, x, y);
    }

    /// <summary>Sums go through memory: the compiler would keep there, all the time, what lives on beyond a call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TLanes s0, TLanes s1, TLanes s2, TLanes s3, float* sums)
    {
        TLanes.Store(s0, sums);
        TLanes.Store(s1, sums + Lanes);
        TLanes.Store(s2, sums + 2 * Lanes);
        TLanes.Store(s3, sums + 3 * Lanes);
    }

    /// <summary>The outputs of one token: the tree of the lanes, and what fills no lanes.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void End(float* sums, int rows, in Rows p, float* x, float* y)
    {
        for (var row = 0; row < rows; row++, sums += Lanes)
        {
            var w = p.First + row * p.RowBytes;
            var sum = TLanes.Sum(TLanes.Load(sums));
            for (var j = p.Whole; j < p.NIn; j++) sum += TNumber.Read(w + (long)j * TNumber.Bytes) * x[j];
            y[row] = sum;
        }
    }
}
