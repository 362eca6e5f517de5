using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Kernels;

/// <summary>
/// Activations of several tokens, as whole numbers of 15 bits. They are made once for all the matrices that read them. The 32 neighbours
/// that meet one block of weights share a scale: x_j ≈ scale · a_j with scale = max |x| / 16 383.
/// </summary>
/// <remarks>
/// <code>
/// codes   | a0 a1 ...    a31 | a32 ...       a63 | ...   int16 [width]
/// scales  |        s0        |        s1         | ...   float [width / 32]
/// totals  |       Σ a        |       Σ a         | ...   int32 [width / 32]
/// sums    |     s0 · Σ a     |     s1 · Σ a      | ...   float [width / 32]
/// </code>
/// Why not 8 bits: one scale per 32 activations is then too coarse. It moves the NLL of a token of SmolLM2-135M by 0.061 (root mean
/// square). Several scales per 32 activations cost x64 as much time as products of 16 bits do.
/// <para>
/// Why not 16 bits: 32 products must add up within 32 bits. The largest weight of all formats is 4096, and 32 · 4096 · 16 383 is just
/// below 2^31.
/// </para>
/// <para>
/// The sums serve formats whose weights have a minimum: Σ (scale · q + min) · x = scale · Σ q · x + min · Σ x. The totals serve kernels
/// that make weights positive by adding a constant c: Σ q · a = Σ (q + c) · a - c · Σ a.
/// </para>
/// </remarks>
internal readonly unsafe struct QuantizedRows
{
    /// <summary>Activations that meet one block of weights, and share a scale.</summary>
    public const int BlockLength = 32;

    /// <summary>The largest code.</summary>
    public const int MaxCode = 16_383;

    private QuantizedRows(int width, short* codes, float* scales, int* totals, float* sums)
    {
        Width = width;
        Codes = codes;
        Scales = scales;
        Totals = totals;
        Sums = sums;
    }

    /// <summary>n_in of the matrices that read these rows.</summary>
    public int Width { get; }

    /// <summary>Blocks in a row.</summary>
    public int Blocks => Width / BlockLength;

    private short* Codes { get; }

    private float* Scales { get; }

    private int* Totals { get; }

    private float* Sums { get; }

    /// <summary>Makes room for <paramref name="tokens"/> rows.</summary>
    public static QuantizedRows Reserve(Arena arena, int tokens, int width) => new(
        width,
        arena.Reserve<short>((long)tokens * width),
        arena.Reserve<float>((long)tokens * width / BlockLength),
        arena.Reserve<int>((long)tokens * width / BlockLength),
        arena.Reserve<float>((long)tokens * width / BlockLength));

    /// <summary>The same memory for rows of another width, not wider than those it was reserved for.</summary>
    public QuantizedRows WithWidth(int width) => new(width, Codes, Scales, Totals, Sums);

    /// <summary>The rows from <paramref name="token"/> on.</summary>
    public QuantizedRows From(int token) => new(Width, CodesOf(token), ScalesOf(token), TotalsOf(token), SumsOf(token));

    /// <summary>The codes of a row, [width].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public short* CodesOf(int token) => Codes + (long)token * Width;

    /// <summary>The scales of a row, [width / 32].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float* ScalesOf(int token) => Scales + (long)token * Width / BlockLength;

    /// <summary>The totals of a row, [width / 32].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int* TotalsOf(int token) => Totals + (long)token * Width / BlockLength;

    /// <summary>The sums of a row, [width / 32].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float* SumsOf(int token) => Sums + (long)token * Width / BlockLength;

    /// <summary>Quantizes <paramref name="x"/>, [width], to row <paramref name="token"/>.</summary>
    public void Quantize(float* x, int token) => Quantize(x, token, first: 0, Blocks);

    /// <summary>
    /// Quantizes <paramref name="count"/> blocks of row <paramref name="token"/> from block <paramref name="first"/> on;
    /// <paramref name="x"/> holds these alone, [32 · count].
    /// </summary>
    public void Quantize(float* x, int token, int first, int count)
    {
        var codes = CodesOf(token) + first * BlockLength;
        var scales = ScalesOf(token) + first;
        var totals = TotalsOf(token) + first;
        var sums = SumsOf(token) + first;
        for (var block = 0; block < count; block++, x += BlockLength, codes += BlockLength)
            QuantizeBlock(x, codes, scales + block, totals + block, sums + block);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void QuantizeBlock(float* x, short* codes, float* scale, int* total, float* sum)
    {
        var (x0, x1, x2, x3) = (Vector256.Load(x), Vector256.Load(x + 8), Vector256.Load(x + 16), Vector256.Load(x + 24));
        var eight = Vector256.Max(Vector256.Max(Vector256.Abs(x0), Vector256.Abs(x1)), Vector256.Max(Vector256.Abs(x2), Vector256.Abs(x3)));
        var max = Lanes.ReduceMaxMagnitude(Vector128.Max(eight.GetLower(), eight.GetUpper()));

        *scale = max * (1f / MaxCode);
        // So small a block is taken for zeros: the inverse of its scale would be infinite.
        var inverse = Vector256.Create(max < 1e-30f ? 0 : MaxCode / max);
        var (a0, a1, a2, a3) = (Round(x0 * inverse), Round(x1 * inverse), Round(x2 * inverse), Round(x3 * inverse));
        Vector256.NarrowWithSaturation(a0, a1).Store(codes);
        Vector256.NarrowWithSaturation(a2, a3).Store(codes + 16);
        *total = Vector256.Sum(a0 + a1 + (a2 + a3));
        *sum = *scale * *total;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Round(Vector256<float> x) =>
        Avx.IsSupported ? Avx.ConvertToVector256Int32(x) : Vector256.ConvertToInt32Native(Vector256.Round(x));
}
