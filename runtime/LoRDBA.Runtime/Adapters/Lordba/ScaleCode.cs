using System.Buffers.Binary;

namespace LoRDBA.Runtime.Adapters.Lordba;

/// <summary>
/// How the magnitudes of a scale vector are written: as F16, or as logarithmic codes of 3, 4 or 8 bits.
/// </summary>
/// <remarks>
/// Code 0 is exactly 0; code c from 1 to 2^bits - 1 is 2^(log2_min + (c - 1) * log2_step). Codes follow each other as one
/// stream of bits, the lowest bit first: bit p of the stream is bit (p &amp; 7) of byte p >> 3, so with 3 bits
/// <code>
///   byte          0                1                2
///   bit    7 6|5 4 3|2 1 0   7|6 5 4|3 2 1|0   7 6 5|4 3 2|1 0
///   code    2 |  1  |  0    5|  4  |  3  | 2     7  |  6  | 5
/// </code>
/// and what is left of the last byte is zero. A log code spends its levels evenly on ratios, which is what a scale is.
/// </remarks>
/// <param name="Bits">3, 4, 8, or 16 for F16.</param>
/// <param name="Log2Min">Logarithm of code 1; 0 for F16.</param>
/// <param name="Log2Step">Logarithm of the ratio of neighbouring codes, at least 0; 0 for F16.</param>
public readonly record struct ScaleCode(int Bits, float Log2Min, float Log2Step)
{
    /// <summary>Plain F16.</summary>
    public static ScaleCode F16 => new(16, 0, 0);

    /// <summary>Whether a scale may be written with this many bits.</summary>
    public static bool IsKnown(int bits) => bits is 3 or 4 or 8 or 16;

    /// <summary>The largest log code.</summary>
    private int MaxCode => (1 << Bits) - 1;

    /// <summary>Bytes that <paramref name="count"/> scales of <paramref name="bits"/> bits take.</summary>
    public static int ByteLength(int bits, int count) => checked((int)(((long)count * bits + 7) / 8));

    /// <summary>Whether every code stands for a finite value and F16 carries no range.</summary>
    public bool IsValid => Bits == 16
        ? BitConverter.SingleToUInt32Bits(Log2Min) == 0 && BitConverter.SingleToUInt32Bits(Log2Step) == 0
        : float.IsFinite(Log2Min) && float.IsFinite(Log2Step) && Log2Step >= 0 && float.IsFinite(ValueOf(MaxCode));

    /// <summary>What a log code stands for.</summary>
    public float ValueOf(int code) => code == 0 ? 0 : (float)Math.Pow(2, Log2Min + (code - 1) * (double)Log2Step);

    /// <summary>Reads scales; nothing is checked that <see cref="IsValid"/> does not promise.</summary>
    public void Decode(ReadOnlySpan<byte> bytes, Span<float> scales)
    {
        if (Bits == 16)
        {
            for (var i = 0; i < scales.Length; i++) scales[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[(2 * i)..]);
            return;
        }

        Span<float> values = stackalloc float[MaxCode + 1];
        for (var code = 0; code <= MaxCode; code++) values[code] = ValueOf(code);
        for (var i = 0; i < scales.Length; i++) scales[i] = values[CodeAt(bytes, i)];
    }

    /// <summary>Writes the nearest representable scales.</summary>
    /// <param name="scales">At least 0 each.</param>
    /// <param name="bytes">Zero on entry; <see cref="ByteLength"/> of them.</param>
    public void Encode(ReadOnlySpan<float> scales, Span<byte> bytes)
    {
        for (var i = 0; i < scales.Length; i++)
        {
            if (Bits == 16)
            {
                BinaryPrimitives.WriteHalfLittleEndian(bytes[(2 * i)..], (Half)scales[i]);
                continue;
            }

            var shifted = NearestCode(scales[i]) << (i * Bits & 7);
            bytes[i * Bits >> 3] |= (byte)shifted;
            if (shifted > 0xFF) bytes[(i * Bits >> 3) + 1] |= (byte)(shifted >> 8);
        }
    }

    /// <summary>
    /// The log code that represents non-negative scales with the least squared error: its largest value is the largest
    /// scale, and its range is the best of 32 between nothing and all of theirs. Cutting off the smallest scales buys
    /// finer steps for the large ones, which carry the update.
    /// </summary>
    /// <param name="bits">3, 4, 8, or 16, which is always plain F16.</param>
    /// <param name="scales">At least 0 each.</param>
    public static ScaleCode Fit(int bits, ReadOnlySpan<float> scales)
    {
        const int Candidates = 32;
        if (bits == 16) return F16;

        float largest = 0, smallest = float.MaxValue;
        foreach (var scale in scales)
        {
            largest = Math.Max(largest, scale);
            if (scale > 0) smallest = Math.Min(smallest, scale);
        }

        if (largest == 0) return new ScaleCode(bits, 0, 0);

        var steps = (1 << bits) - 2;
        var range = Math.Log2(largest) - Math.Log2(smallest);
        var best = default(ScaleCode);
        var bestError = double.PositiveInfinity;
        for (var candidate = Candidates; candidate > 0; candidate--)
        {
            var step = range / steps * candidate / Candidates;
            var code = new ScaleCode(bits, (float)(Math.Log2(largest) - step * steps), (float)step);
            var error = code.SquaredError(scales);
            if (error >= bestError) continue;
            best = code;
            bestError = error;
        }

        return best;
    }

    private double SquaredError(ReadOnlySpan<float> scales)
    {
        var error = 0.0;
        foreach (var scale in scales)
        {
            var difference = (double)scale - ValueOf(NearestCode(scale));
            error += difference * difference;
        }

        return error;
    }

    /// <summary>The code whose value is nearest to a scale of at least 0; of two equally near the smaller.</summary>
    public int NearestCode(float scale)
    {
        if (scale <= 0) return 0;
        if (Log2Step == 0) return scale <= ValueOf(1) / 2 ? 0 : 1;
        var position = (Math.Log2(scale) - Log2Min) / Log2Step;
        var below = 1 + (int)Math.Clamp(Math.Floor(position), -1, MaxCode - 1);
        if (below == MaxCode) return below;
        return scale - ValueOf(below) <= ValueOf(below + 1) - scale ? below : below + 1;
    }

    private int CodeAt(ReadOnlySpan<byte> bytes, int index)
    {
        var bit = index * Bits;
        var word = (int)bytes[bit >> 3];
        if ((bit & 7) + Bits > 8) word |= bytes[(bit >> 3) + 1] << 8;
        return word >> (bit & 7) & MaxCode;
    }
}
