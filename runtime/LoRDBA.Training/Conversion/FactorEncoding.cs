using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Training.Conversion;

/// <summary>Puts a fit into the bits of a .lordba file.</summary>
internal static class FactorEncoding
{
    /// <summary>
    /// Packs the signs and rounds the scales to their codes; <paramref name="fit"/> then holds what a reader will decode, and m makes good
    /// for the length that rounding cost.
    /// </summary>
    /// <param name="linear">What is adapted.</param>
    /// <param name="fit">The approximation, its scales normalized.</param>
    /// <param name="bits">Of a scale: 3, 4, 8 or 16.</param>
    /// <param name="inScale">Whether inputs have scales.</param>
    public static LordbaFactors Encode(Linear linear, SignFit fit, int bits, bool inScale)
    {
        var scaleOut = ToSingles(fit.Out.Scales);
        var scaleIn = inScale ? ToSingles(fit.In.Scales) : [];
        var (codeOut, codeIn) = (ScaleCode.Fit(bits, scaleOut), inScale ? ScaleCode.Fit(bits, scaleIn) : default);
        fit.SetScales(Decoded(codeOut, scaleOut), inScale ? Decoded(codeIn, scaleIn) : fit.In.Scales);
        fit.RestoreLength();

        var m = ToSingles(fit.M);
        Decoded(ScaleCode.F16, m).CopyTo(fit.M, 0);
        return new LordbaFactors
        {
            Name = linear.Name,
            NIn = linear.NIn,
            SignsA = Pack(fit.In),
            SignsB = Pack(fit.Out),
            M = m,
            ScaleOut = scaleOut,
            CodeOut = codeOut,
            ScaleIn = scaleIn,
            CodeIn = codeIn,
        };
    }

    /// <summary>[channels][rank] of ±1 to the bits of a file, [rank][channels].</summary>
    private static byte[] Pack(SignSide side) => LordbaFactors.PackSigns(side.Rank, side.Channels, (k, channel) => side.SignsOf(channel)[k] > 0);

    private static float[] ToSingles(double[] values) => Array.ConvertAll(values, value => (float)value);

    /// <summary>What a reader gets back of scales that were written in a code.</summary>
    private static double[] Decoded(ScaleCode code, float[] scales)
    {
        var bytes = new byte[ScaleCode.ByteLength(code.Bits, scales.Length)];
        code.Encode(scales, bytes);
        var decoded = new float[scales.Length];
        code.Decode(bytes, decoded);
        return Array.ConvertAll(decoded, scale => (double)scale);
    }
}
