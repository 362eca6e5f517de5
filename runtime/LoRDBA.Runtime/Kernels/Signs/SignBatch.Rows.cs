using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace LoRDBA.Runtime.Kernels.Signs;

/// <content>
/// From the 15-bit numbers that the base reads: half the bytes of the float32 values, and each block's scale already tells its magnitude.
/// A block of 32, x = d · a, becomes x / (scale · gain) in whole numbers alone:
/// <code>
///   f = round(2^21 · d / (scale · gain)), at most 16 257       r = round(a · f / 2^15), 64 times the code       code = round(r / 64)
/// </code>
/// </content>
public readonly unsafe partial struct SignBatch
{
    private const int FractionBits = 6;
    private const float FactorUnit = 1 << 15 + FractionBits;

    /// <summary>Blocks whose gains and factors are computed together: four segments.</summary>
    private const int BlocksTogether = 8;

    private const int BlockLength = QuantizedRows.BlockLength;

    /// <summary>Quantizes row <paramref name="row"/> of <paramref name="rows"/>, n_in wide, to row <paramref name="token"/>.</summary>
    internal void Quantize(in QuantizedRows rows, int row, int token)
    {
        var blocks = rows.Blocks;
        var a = rows.CodesOf(row);
        var d = rows.ScalesOf(row);
        var rest = stackalloc float[BlocksTogether];
        new Span<float>(rest, BlocksTogether).Clear();
        var whole = blocks & -BlocksTogether;
        new ReadOnlySpan<float>(d + whole, blocks - whole).CopyTo(new Span<float>(rest, BlocksTogether));

        var max = Magnitudes(rest).AsInt32();
        for (var b = 0; b < whole; b += BlocksTogether) max = Vector128.Max(max, Magnitudes(d + b).AsInt32());
        var (gainPerUnit, codesPerUnit) = SetScale(token, Lanes.ReduceMaxMagnitude(max.AsSingle()));

        var rowCodes = Codes(token);
        var rowGains = Gains(token);
        var factors = stackalloc int[BlocksTogether];
        for (var b = 0; b < whole; b += BlocksTogether, a += BlocksTogether * BlockLength, rowCodes += BlocksTogether * BlockLength)
        {
            FourGains(d + b, gainPerUnit, codesPerUnit, factors).Store(rowGains + b / 2);
            for (var i = 0; i < BlocksTogether; i++) Round(a + i * BlockLength, factors[i], rowCodes + i * BlockLength);
        }
        if (whole < blocks)
        {
            var gains = FourGains(rest, gainPerUnit, codesPerUnit, factors);
            for (var s = whole / 2; s < Width / SegmentLength; s++) rowGains[s] = gains[s - whole / 2];
            for (var i = 0; i < blocks - whole; i++) Round(a + i * BlockLength, factors[i], rowCodes + i * BlockLength);
            if (blocks % 2 != 0) new Span<sbyte>(rowCodes + (blocks - whole) * BlockLength, BlockLength).Clear();
        }
        totals[token] = Sum(Codes(token), rowGains, Width / SegmentLength);
    }

    /// <summary>The magnitudes of four segments, from the scales of their eight blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Magnitudes(float* d)
    {
        var (lowScales, highScales) = (Vector128.Load(d), Vector128.Load(d + 4));
        var (low, high) = (lowScales.AsInt32(), highScales.AsInt32());
        var (even, odd) = Sse2.IsSupported
            ? (Sse.Shuffle(lowScales, highScales, 0b_10_00_10_00).AsInt32(), Sse.Shuffle(lowScales, highScales, 0b_11_01_11_01).AsInt32())
            : AdvSimd.Arm64.IsSupported
            ? (AdvSimd.Arm64.UnzipEven(low, high), AdvSimd.Arm64.UnzipOdd(low, high))
            : (Vector128.Create(low[0], low[2], high[0], high[2]), Vector128.Create(low[1], low[3], high[1], high[3]));
        return Vector128.Max(even, odd).AsSingle() * Vector128.Create((float)QuantizedRows.MaxCode);
    }

    /// <summary>The gains of four segments; and f of their eight blocks, in either half of an int.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> FourGains(float* d, float gainPerUnit, float codesPerUnit, int* factors)
    {
        var gains = FourGains(Magnitudes(d), gainPerUnit, codesPerUnit, out var inverses);
        inverses *= Vector128.Create(FactorUnit);
        var (first, second) = (Vector128.Shuffle(inverses, Vector128.Create(0, 0, 1, 1)), Vector128.Shuffle(inverses, Vector128.Create(2, 2, 3, 3)));
        var low = Vector128.ConvertToInt32Native(Vector128.Round(Vector128.Load(d) * first));
        var high = Vector128.ConvertToInt32Native(Vector128.Round(Vector128.Load(d + 4) * second));
        (low | low << 16).Store(factors);
        (high | high << 16).Store(factors + 4);
        return gains;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(short* a, int factor, sbyte* to)
    {
        if (InstructionSets.HasAvx512) Round512(a, factor, to);
        else if (InstructionSets.HasAvx2) Round256(a, factor, to);
        else if (InstructionSets.HasSsse3 || InstructionSets.HasAdvSimd) Round128(a, factor, to);
        else RoundScalar(a, factor, to);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Round512(short* a, int factor, sbyte* to)
    {
        var r = Avx512BW.MultiplyHighRoundScale(Vector512.Load(a), Vector512.Create(factor).AsInt16());
        Avx512BW.ConvertToVector256SByte(r + Vector512.Create((short)32) >> FractionBits).Store(to);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Round256(short* a, int factor, sbyte* to)
    {
        var (f, half) = (Vector256.Create(factor).AsInt16(), Vector256.Create((short)32));
        var low = Avx2.MultiplyHighRoundScale(Vector256.Load(a), f) + half >> FractionBits;
        var high = Avx2.MultiplyHighRoundScale(Vector256.Load(a + 16), f) + half >> FractionBits;
        // Packing stays within lanes of 128 bits.
        Avx2.Permute4x64(Avx2.PackSignedSaturate(low, high).AsInt64(), 0b_11_01_10_00).AsSByte().Store(to);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Round128(short* a, int factor, sbyte* to)
    {
        Vector128.NarrowWithSaturation(Eight(a, factor), Eight(a + 8, factor)).Store(to);
        Vector128.NarrowWithSaturation(Eight(a + 16, factor), Eight(a + 24, factor)).Store(to + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> Eight(short* a, int factor)
    {
        var (x, f) = (Vector128.Load(a), Vector128.Create(factor).AsInt16());
        var r = Ssse3.IsSupported ? Ssse3.MultiplyHighRoundScale(x, f) : AdvSimd.MultiplyRoundedDoublingSaturateHigh(x, f);
        return r + Vector128.Create((short)32) >> FractionBits;
    }

    /// <summary>The oracle of the others.</summary>
    internal static void RoundScalar(short* a, int factor, sbyte* to)
    {
        for (var j = 0; j < BlockLength; j++) to[j] = (sbyte)((a[j] * (short)factor + (1 << 14) >> 15) + 32 >> FractionBits);
    }
}
