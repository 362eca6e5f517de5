using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Training.Conversion;

/// <summary>
/// The mean square of each input of each adapted linear while a model answers with an adapter: the diagonal of the inputs' second moments.
/// </summary>
public sealed class InputStatistics
{
    private readonly double[]?[] squares;

    private InputStatistics(Adapter adapter) => squares = [.. adapter.Model.Linears.Select(linear => adapter.RankOf(linear) == 0 ? null : new double[linear.NIn])];

    /// <summary>Runs the model with the adapter over texts and measures what its linears are given.</summary>
    /// <param name="adapter">The adapter, which acts while it is measured.</param>
    /// <param name="texts">Token ids of each text.</param>
    /// <param name="progress">Told the number of texts done.</param>
    /// <param name="cancellation">Asked before each text.</param>
    /// <exception cref="ConversionException">The adapter is no LoRA, or there is no text.</exception>
    /// <exception cref="ContextFullException">A text is longer than the model's context.</exception>
    public static InputStatistics Measure(Adapter adapter, IReadOnlyList<int[]> texts, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ConversionException.ThrowUnlessLora(adapter, "calibrated");
        if (texts.Count == 0) throw new ConversionException(ConversionError.NoText, "There is no text to calibrate with.");
        var statistics = new InputStatistics(adapter);
        var longest = Math.Min(texts.Max(text => text.Length), adapter.Model.Config.ContextLength);

        using var sequence = adapter.Model.CreateSequence(new() { ContextLength = longest }, new() { Observer = statistics.Add });
        sequence.Use(adapter);
        for (var i = 0; i < texts.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            sequence.Reset();
            sequence.Prefill(texts[i], cancellation);
            progress?.Report(i + 1);
        }
        return statistics;
    }

    /// <summary>Sums of squares, [n_in]; null for a linear that is not adapted.</summary>
    internal double[]? SquaresOf(Linear linear) => squares[linear.Index];

    /// <summary>Adds the squares of a batch of inputs, [tokens][n_in], to those of each adapted linear that reads them.</summary>
    internal void Add(InputGroup group, ReadOnlySpan<float> inputs)
    {
        if (group.Index < 0) return;
        foreach (var linear in group.Linears)
        {
            if (squares[linear.Index] is not { } sums) continue;
            for (var row = inputs; !row.IsEmpty; row = row[sums.Length..])
                for (var j = 0; j < sums.Length; j++) sums[j] += (double)row[j] * row[j];
        }
    }

    /// <summary>Weights of a linear's inputs, [n_in], with the mean 1; null for a linear that is not adapted.</summary>
    internal double[]? WeightsOf(Linear linear)
    {
        if (SquaresOf(linear) is not { } sums) return null;
        var mean = sums.Average();
        return mean > 0 ? Array.ConvertAll(sums, square => square / mean) : null;
    }
}
