using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Training.Conversion;

/// <summary>
/// The mean square of each input of each adapted linear while a model answers with an adapter: the diagonal of the inputs' second moments.
/// </summary>
public sealed class InputStatistics
{
    private readonly InputProbe probe;

    private InputStatistics(InputProbe probe) => this.probe = probe;

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
        using var probe = new InputProbe(adapter);
        var longest = Math.Min(texts.Max(text => text.Length), adapter.Model.Config.ContextLength);

        // One thread: a branch is then called once for each batch, with all of its tokens.
        using var session = adapter.Model.CreateSession(new SessionOptions { ContextLength = longest, Threads = 1 });
        session.Use(probe);
        for (var i = 0; i < texts.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            session.Reset();
            session.Prefill(texts[i]);
            progress?.Report(i + 1);
        }
        return new InputStatistics(probe);
    }

    /// <summary>Weights of a linear's inputs, [n_in], with the mean 1; null for a linear that is not adapted.</summary>
    internal double[]? WeightsOf(Linear linear)
    {
        if (probe.SquaresOf(linear) is not { } squares) return null;
        var mean = squares.Average();
        return mean > 0 ? Array.ConvertAll(squares, square => square / mean) : null;
    }
}
