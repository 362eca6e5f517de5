using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Models;
using MathNet.Numerics.LinearAlgebra;

namespace LoRDBA.Training.Conversion;

/// <summary>
/// Turns a LoRA into a double-binary adapter without training (docs/format.md has the form): per linear, balance
/// the factors through an SVD, take their signs, fit the scales by least squares, write the scales in a few bits.
/// </summary>
public static class LordbaConverter
{
    /// <summary>Converts every adapted linear, on all cores. The same input gives the same bytes.</summary>
    /// <param name="lora">A PEFT LoRA, loaded for its base.</param>
    /// <param name="options">What to make of it.</param>
    /// <param name="progress">Told the number of linears done.</param>
    /// <param name="cancellation">Asked before each linear.</param>
    /// <exception cref="ConversionException">It is no LoRA, it changes nothing, or the options do not fit it.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ConvertedAdapter Convert(Adapter lora, ConversionOptions options, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        if (lora.Kind != AdapterKind.Lora) throw new ConversionException($"{lora.Name} is no LoRA: only LoRAs can be converted.");
        if (!ScaleCode.IsKnown(options.ScaleBits)) throw new ConversionException($"Scales of {options.ScaleBits} bits are not known: choose 3, 4, 8 or 16.");

        var branches = lora.Model.Linears
            .Select(linear => (Linear: linear, Branch: (LoraBranch?)lora.Branch(linear)))
            .Where(adapted => adapted.Branch is not null)
            .Select(adapted => (adapted.Linear, Branch: adapted.Branch!, Rank: RankFor(adapted.Linear, adapted.Branch!, options))).ToArray();
        var converted = new (LordbaFactors Factors, TensorReport Report)?[branches.Length];
        var done = 0;
        Parallel.For(0, branches.Length, new ParallelOptions { CancellationToken = cancellation }, i =>
        {
            converted[i] = Convert(branches[i].Linear, branches[i].Branch, branches[i].Rank, options);
            progress?.Report(Interlocked.Increment(ref done));
        });

        var tensors = converted.Where(tensor => tensor is not null).Select(tensor => tensor!.Value).ToArray();
        if (tensors.Length == 0) throw new ConversionException($"{lora.Name} changes nothing: all of its updates are zero.");
        return new ConvertedAdapter(lora, options, [.. tensors.Select(t => t.Factors)], [.. tensors.Select(t => t.Report)]);
    }

    /// <summary>One linear; null if its update is zero, which needs no tensor.</summary>
    private static (LordbaFactors, TensorReport)? Convert(Linear linear, LoraBranch branch, int rank, ConversionOptions options)
    {
        var update = LowRankUpdate.Of(branch);
        if (update.SquaredNorm == 0) return null;

        var fit = Fit(update, rank, options.InScale);
        var factors = Quantize(linear, fit, options);
        return (factors, Report(linear, update, fit));
    }

    private static int RankFor(Linear linear, LoraBranch branch, ConversionOptions options)
    {
        var most = Math.Min(branch.Rank, AdapterBlobLayout.MaxRank);
        if (options.Rank is not { } rank)
        {
            return branch.Rank <= AdapterBlobLayout.MaxRank
                ? branch.Rank
                : throw new ConversionException($"{linear.Name} has the rank {branch.Rank}; a .lordba holds at most {AdapterBlobLayout.MaxRank}. Ask for a smaller rank.");
        }
        return rank >= 1 && rank <= most
            ? rank
            : throw new ConversionException($"{linear.Name} has the rank {branch.Rank}, so it can be converted to ranks from 1 to {most}, not to {rank}.");
    }

    /// <summary>The signs of the balanced factors, and the scales that fit them best.</summary>
    internal static SignFit Fit(LowRankUpdate update, int rank, bool inScale)
    {
        var balanced = update.Balance(rank);

        // Where to start from: the mean magnitude of a row is its least-squares scale if that row stands alone.
        var fit = new SignFit(update, balanced.B, balanced.A)
        {
            ScaleOut = balanced.B.PointwiseAbs().RowSums() / balanced.Rank,
        };
        if (inScale) fit.ScaleIn = balanced.A.PointwiseAbs().ColumnSums() / balanced.Rank;

        for (var round = 0; round < ConversionOptions.Rounds; round++)
        {
            fit.FitM();
            fit.FitScaleOut();
            if (inScale) fit.FitScaleIn();
        }
        fit.FitM();
        fit.Normalize();
        return fit;
    }

    /// <summary>Puts the scales into their codes; <paramref name="fit"/> then holds what a reader will decode.</summary>
    private static LordbaFactors Quantize(Linear linear, SignFit fit, ConversionOptions options)
    {
        var scaleOut = ToSingles(fit.ScaleOut);
        var scaleIn = options.InScale ? ToSingles(fit.ScaleIn) : [];
        var factors = new LordbaFactors
        {
            Name = linear.Name,
            NIn = linear.NIn,
            SignsA = PackRows(fit.SignsA),
            SignsB = PackRows(fit.SignsB.Transpose()),
            M = ToSingles(fit.M),
            ScaleOut = scaleOut,
            CodeOut = ScaleCode.Fit(options.ScaleBits, scaleOut),
            ScaleIn = scaleIn,
            CodeIn = options.InScale ? ScaleCode.Fit(options.ScaleBits, scaleIn) : default,
        };
        fit.M = Decoded(ScaleCode.F16, factors.M);
        fit.ScaleOut = Decoded(factors.CodeOut, factors.ScaleOut);
        if (options.InScale) fit.ScaleIn = Decoded(factors.CodeIn, factors.ScaleIn);
        return factors;
    }

    private static TensorReport Report(Linear linear, LowRankUpdate update, SignFit fit)
    {
        var (norm, approximationNorm) = (Math.Sqrt(update.SquaredNorm), Math.Sqrt(fit.SquaredNorm));
        return new TensorReport(
            linear, fit.M.Count, update.Rank,
            Cosine: approximationNorm == 0 ? 0 : fit.InnerProduct / (norm * approximationNorm),
            RelativeError: Math.Sqrt(Math.Max(0, fit.SquaredError)) / norm);
    }

    /// <summary>Rows of ±1 to the bits of <see cref="SignMatrix"/>.</summary>
    private static byte[] PackRows(Matrix<double> signs)
    {
        var stride = SignMatrix.StrideOf(signs.ColumnCount);
        var bits = new byte[signs.RowCount * stride];
        for (var row = 0; row < signs.RowCount; row++)
            for (var column = 0; column < signs.ColumnCount; column++)
                if (signs[row, column] > 0) bits[row * stride + (column >> 3)] |= (byte)(1 << (column & 7));
        return bits;
    }

    private static float[] ToSingles(Vector<double> values) => [.. values.Select(value => (float)value)];

    /// <summary>What a reader gets back of scales that were written in a code.</summary>
    private static Vector<double> Decoded(ScaleCode code, float[] scales)
    {
        var bytes = new byte[ScaleCode.ByteLength(code.Bits, scales.Length)];
        code.Encode(scales, bytes);
        var decoded = new float[scales.Length];
        code.Decode(bytes, decoded);
        return Vector<double>.Build.Dense(decoded.Length, i => decoded[i]);
    }
}
