using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Generation;
using LoRDBA.Runtime.Models;
using LoRDBA.Training.Conversion;
using MathNet.Numerics.LinearAlgebra;

namespace LoRDBA.Training.Analysis;

/// <summary>Error of a conversion of one tensor at a rank.</summary>
/// <param name="Rank">Ranks of signs.</param>
/// <param name="Bits">Signs, scales of 4 bits and m, for each input and output channel.</param>
/// <param name="RelativeError">‖W - X‖ / ‖W‖</param>
/// <param name="Cosine">Of the angle between W and X.</param>
public sealed record RankError(int Rank, double Bits, double RelativeError, double Cosine);

/// <summary>How well one tensor of a LoRA lends itself to signs.</summary>
/// <param name="Linear">What it adapts.</param>
/// <param name="Rank">Its rank.</param>
/// <param name="RatioB">ρ of B, balanced, before it is turned in rank space.</param>
/// <param name="RatioA">ρ of A, likewise.</param>
/// <param name="TurnedRatioB">ρ of B after turning; a Gaussian factor has 0.7555.</param>
/// <param name="TurnedRatioA">ρ of A after turning.</param>
/// <param name="Bound">What the ratios promise of ‖BA - B̂Â‖, over ‖W‖.</param>
/// <param name="Error">‖BA - B̂Â‖ of the turned factors as measured, over ‖W‖.</param>
/// <param name="Cosine">Of the angle between BA and B̂Â.</param>
/// <param name="Energy">Share of ‖W‖² in each singular direction, the largest first.</param>
/// <param name="Conversions">Errors after the fit, at growing rank.</param>
public sealed record TensorAnalysis(
    Linear Linear, int Rank, double RatioB, double RatioA, double TurnedRatioB, double TurnedRatioA, double Bound, double Error, double Cosine,
    IReadOnlyList<double> Energy, IReadOnlyList<RankError> Conversions);

/// <summary>Analyses a LoRA tensor by tensor: the residual-to-magnitude ratio of its factors, what it promises and what is measured.</summary>
public static class AdapterAnalysis
{
    /// <summary>The fit is rough here: errors fall by a few per cent more in the conversion itself.</summary>
    private const int Rounds = 6;

    private static readonly int[] Ranks = [4, 8, 16, 32];

    /// <summary>Analyses every adapted linear that changes anything, on all cores.</summary>
    /// <param name="lora">A PEFT LoRA, loaded for its base.</param>
    /// <param name="progress">Told the number of linears done.</param>
    /// <param name="cancellation">Asked before each linear.</param>
    /// <exception cref="ConversionException">It is no LoRA, or it changes nothing.</exception>
    public static IReadOnlyList<TensorAnalysis> Run(Adapter lora, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ConversionException.ThrowUnlessLora(lora, "analysed");
        var adapted = lora.Model.Linears.Where(linear => lora.RankOf(linear) > 0).ToArray();
        var tensors = new TensorAnalysis?[adapted.Length];
        var done = 0;
        Parallel.For(0, adapted.Length, new ParallelOptions { CancellationToken = cancellation }, i =>
        {
            var update = LowRankUpdate.Of(lora.FactorsOf(adapted[i])!);
            if (update.Rank > 0) tensors[i] = Analyse(adapted[i], update);
            progress?.Report(Interlocked.Increment(ref done));
        });
        var found = tensors.OfType<TensorAnalysis>().ToArray();
        return found.Length > 0 ? found : throw new ConversionException(ConversionError.NoUpdate, $"{lora.Name} changes nothing: all of its updates are zero.");
    }

    /// <summary>One tensor.</summary>
    internal static TensorAnalysis Analyse(Linear linear, LowRankUpdate update)
    {
        var (balancedB, balancedA) = SignStart.Balanced(update, update.Rank);
        var start = SignStart.Rotated(update, update.Rank, new SplitMix(0));
        Matrix<double> Rows(double[] values, int count) => Matrix<double>.Build.Dense(count, start.Rank, (row, k) => values[row * start.Rank + k]);
        Matrix<double> b = Rows(start.B, update.NOut), a = Rows(start.A, update.NIn).Transpose();
        SignResidual signedB = SignResidual.Of(b), signedA = SignResidual.Of(a);
        var product = ProductBound.Of(b, signedB, a, signedA);
        var norm = Math.Sqrt(update.SquaredNorm);
        return new TensorAnalysis(
            linear, update.Rank, SignResidual.Of(balancedB).Ratio, SignResidual.Of(balancedA.Transpose()).Ratio, signedB.Ratio, signedA.Ratio,
            product.Bound / norm, product.Error / norm, product.Cosine,
            [.. update.Sigma.Select(sigma => sigma * sigma / update.SquaredNorm)], [.. Ranks.Select(rank => Converted(update, rank))]);
    }

    private static RankError Converted(LowRankUpdate update, int rank)
    {
        var fit = LordbaConverter.Fit(update, rank, new ConversionOptions { Rounds = Rounds });
        return new RankError(rank, rank + (4.0 * update.NOut + 16.0 * rank) / (update.NIn + update.NOut), fit.RelativeError, fit.Cosine);
    }
}
