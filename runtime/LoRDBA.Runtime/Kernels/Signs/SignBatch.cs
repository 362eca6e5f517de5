using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Kernels.Signs;

/// <summary>
/// The activations that a shrink product reads, in 8 bits: x = scale · gain · code, one scale per token and one whole
/// gain per segment of 64 channels.
/// </summary>
/// <remarks>
/// <code>
/// codes    | a0 ... a63 | a64 ... a127 | ... 0 0 0   sbyte [width], |a| at most 127, zero beyond n_in
/// gains    |     g0     |      g1      | ...         int   [width / 64], g · 0x10001: g in either half, 1 to 255
/// total    Σ g · a                                   int
/// scale    max|x| / (127 · 255)                      float
/// </code>
/// A segment's gain rounds its own maximum up to a 255th of the row's, so that an outlier costs precision in its own segment
/// only, and yet all sums stay whole: n_in · 127 · 255 fits 32 bits up to 66 000 channels. The gain is stored twice
/// so that one broadcast serves the 16-bit products of x64 and arm64.
/// </remarks>
public readonly unsafe partial struct SignBatch
{
    private const int SegmentLength = SignLayout.SegmentLength;
    private const int MaxGain = 255;
    private const int MaxCode = 127;

    private readonly sbyte* codes;
    private readonly int* gains;
    private readonly int* totals;
    private readonly float* scales;

    internal SignBatch(int width, sbyte* codes, int* gains, int* totals, float* scales)
    {
        Width = width;
        this.codes = codes;
        this.gains = gains;
        this.totals = totals;
        this.scales = scales;
    }

    /// <summary>n_in in whole segments.</summary>
    public int Width { get; }

    /// <summary>The codes of a token, [width].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public sbyte* Codes(int token) => codes + (long)token * Width;

    /// <summary>The gains of a token, [width / 64], each in both halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int* Gains(int token) => gains + (long)token * (Width >> 6);

    /// <summary>Σ gain · code of a token.</summary>
    public int Total(int token) => totals[token];

    /// <summary>The scale of a token.</summary>
    public float Scale(int token) => scales[token];

    /// <summary>Makes room for <paramref name="tokens"/> rows of up to <paramref name="nIn"/> channels.</summary>
    internal static SignBatch Reserve(Arena arena, int tokens, int nIn)
    {
        var width = SignLayout.Width(nIn);
        return new SignBatch(
            width, arena.Reserve<sbyte>((long)tokens * width), arena.Reserve<int>((long)tokens * (width / SegmentLength)),
            arena.Reserve<int>(tokens), arena.Reserve<float>(tokens));
    }

    /// <summary>The same memory for rows of <paramref name="nIn"/> channels, not more than it was reserved for.</summary>
    internal SignBatch For(int nIn) => new(SignLayout.Width(nIn), codes, gains, totals, scales);

    /// <summary>Quantizes s_in ⊙ x, or x, to row <paramref name="token"/>.</summary>
    /// <param name="x">[n_in]</param>
    /// <param name="scaleIn">s_in, [n_in], or null.</param>
    /// <param name="nIn">Channels.</param>
    /// <param name="token">Which row.</param>
    internal void Quantize(float* x, float* scaleIn, int nIn, int token)
    {
        if (InstructionSets.HasAvx512) Quantize<Lanes512>(x, scaleIn, nIn, token);
        else if (InstructionSets.HasAvx2) Quantize<Lanes256>(x, scaleIn, nIn, token);
        else Quantize<Lanes128>(x, scaleIn, nIn, token);
    }

    /// <summary>The same with registers of one width; they all give the same bits.</summary>
    internal void Quantize<T>(float* x, float* scaleIn, int nIn, int token) where T : struct, ILanes<T>
    {
        var rowCodes = Codes(token);
        var rowGains = Gains(token);
        var segments = Width / SegmentLength;
        var whole = nIn / SegmentLength;

        // Pass 1: the magnitude of every segment, kept where its gain will be. A cut last segment is filled up with zeros.
        var tail = stackalloc float[SegmentLength];
        if (whole < segments) CopyTail(x, scaleIn, whole * SegmentLength, nIn, tail);
        // The bits of magnitudes are ordered as they are, and those of a NaN are above all.
        var rowMaxBits = 0;
        for (var s = 0; s < segments; s++)
        {
            var max = s < whole
                ? MaxMagnitude<T>(x + s * SegmentLength, scaleIn == null ? null : scaleIn + s * SegmentLength)
                : MaxMagnitude<T>(tail, null);
            rowGains[s] = BitConverter.SingleToInt32Bits(max);
            rowMaxBits = Math.Max(rowMaxBits, rowGains[s]);
        }
        var rowMax = BitConverter.Int32BitsToSingle(rowMaxBits);

        // Pass 2: gains and codes.
        var (gainPerUnit, codesPerUnit) = SetScale(token, rowMax);
        var inverses = stackalloc float[Vector128<float>.Count];
        for (var s = 0; s < segments; s++)
        {
            if ((s & 3) == 0) FourGains(rowGains + s, Math.Min(Vector128<int>.Count, segments - s), gainPerUnit, codesPerUnit, inverses);
            var target = rowCodes + s * SegmentLength;
            if (s < whole) Round<T>(x + s * SegmentLength, scaleIn == null ? null : scaleIn + s * SegmentLength, inverses[s & 3], target);
            else Round<T>(tail, null, inverses[s & 3], target);
        }
        totals[token] = Sum(rowCodes, rowGains, segments);
    }

    /// <summary>A token's scale; and what it makes of its values. A row of zeros, or of values next to zero, has codes of zero.</summary>
    private (float GainPerUnit, float CodesPerUnit) SetScale(int token, float rowMax)
    {
        var scale = rowMax / (MaxCode * MaxGain);
        var isZero = !(scale > 1e-30f);
        scales[token] = isZero ? 0 : scale;
        return isZero ? (0, 0) : (MaxGain / rowMax, 1 / scale);
    }

    /// <summary>The gains of up to four segments in the place of their magnitudes; and what turns their channels into codes.</summary>
    private static void FourGains(int* gains, int count, float gainPerUnit, float codesPerUnit, float* inverses)
    {
        var magnitudes = count == 4
            ? Vector128.Load(gains)
            : Vector128.Create(gains[0], count > 1 ? gains[1] : 0, count > 2 ? gains[2] : 0, 0);
        var twice = FourGains(magnitudes.AsSingle(), gainPerUnit, codesPerUnit, out var four);
        four.Store(inverses);
        if (count == 4) twice.Store(gains);
        else for (var i = 0; i < count; i++) gains[i] = twice[i];
    }

    /// <summary>Gains, each in both halves of its lane; and their inverses, in codes per unit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> FourGains(Vector128<float> magnitudes, float gainPerUnit, float codesPerUnit, out Vector128<float> inverses)
    {
        var units = Vector128.Ceiling(magnitudes * Vector128.Create(gainPerUnit));
        var four = Vector128.Max(Vector128<int>.One, Vector128.Min(Vector128.ConvertToInt32Native(units), Vector128.Create(MaxGain)));
        inverses = Vector128.Create(codesPerUnit) / Vector128.ConvertToSingle(four);
        return four | four << 16;
    }

    private static void CopyTail(float* x, float* scaleIn, int start, int nIn, float* tail)
    {
        for (var i = 0; i < SegmentLength; i++)
        {
            var j = start + i;
            tail[i] = j >= nIn ? 0 : scaleIn == null ? x[j] : x[j] * scaleIn[j];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Load<T>(float* x, float* scaleIn, int j) where T : struct, ILanes<T> =>
        scaleIn == null ? T.Load(x + j) : T.Multiply(T.Load(x + j), T.Load(scaleIn + j));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float MaxMagnitude<T>(float* x, float* scaleIn) where T : struct, ILanes<T>
    {
        var max = T.MaxMagnitude(T.MaxMagnitude(T.Zero, Load<T>(x, scaleIn, 0)), Load<T>(x, scaleIn, Lanes.Count));
        max = T.MaxMagnitude(max, Load<T>(x, scaleIn, 2 * Lanes.Count));
        return T.ReduceMaxMagnitude(T.MaxMagnitude(max, Load<T>(x, scaleIn, 3 * Lanes.Count)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round<T>(float* x, float* scaleIn, float inverse, sbyte* target) where T : struct, ILanes<T>
    {
        var factor = T.Broadcast(inverse);
        T.StoreRounded(
            T.Multiply(Load<T>(x, scaleIn, 0), factor), T.Multiply(Load<T>(x, scaleIn, Lanes.Count), factor),
            T.Multiply(Load<T>(x, scaleIn, 2 * Lanes.Count), factor), T.Multiply(Load<T>(x, scaleIn, 3 * Lanes.Count), factor), target);
    }

    /// <summary>Σ gain · code. A segment's codes add up in 16 bits, and are widened by the product with its gain.</summary>
    private static int Sum(sbyte* codes, int* gains, int segments)
    {
        if (InstructionSets.HasAvx512)
        {
            var (sum, one) = (Vector512<int>.Zero, Vector512<byte>.One);
            for (var s = 0; s < segments; s++, codes += SegmentLength)
                sum += SignOperations.Sum(one, Vector512.Load(codes), Vector512.Create(gains[s]).AsInt16());
            return Vector512.Sum(sum);
        }
        if (InstructionSets.HasAvx2)
        {
            var (sum, one) = (Vector256<int>.Zero, Vector256<byte>.One);
            for (var s = 0; s < segments; s++, codes += SegmentLength)
            {
                var gain = Vector256.Create(gains[s]).AsInt16();
                sum += SignOperations.Sum(one, Vector256.Load(codes), one, Vector256.Load(codes + SegmentLength / 2), gain);
            }
            return Vector256.Sum(sum);
        }

        var total = 0;
        for (var s = 0; s < segments; s++, codes += SegmentLength)
        {
            var sum = Vector128<short>.Zero;
            for (var j = 0; j < SegmentLength; j += Vector128<sbyte>.Count)
            {
                var (low, high) = Vector128.Widen(Vector128.Load(codes + j));
                sum += low + high;
            }
            var (a, b) = Vector128.Widen(sum);
            total += (short)gains[s] * Vector128.Sum(a + b);
        }
        return total;
    }
}
