using LoRDBA.Training.Analysis;

namespace LoRDBA.Tool.Analysis;

/// <summary>One tensor in <c>analyze --json</c>; the fields are those of <see cref="TensorAnalysis"/>.</summary>
internal sealed record AnalyzedTensor(
    string Name, string Kind, int Layer, int Rank, double RatioB, double RatioA, double TurnedRatioB, double TurnedRatioA, double Bound, double Error, double Cosine,
    IReadOnlyList<double> Energy, IReadOnlyList<RankError> Conversions)
{
    /// <summary>As it is printed.</summary>
    public static AnalyzedTensor Of(TensorAnalysis tensor) => new(
        tensor.Linear.Name, tensor.Linear.Name.Split('.')[^2], tensor.Linear.Layer, tensor.Rank, tensor.RatioB, tensor.RatioA, tensor.TurnedRatioB, tensor.TurnedRatioA,
        tensor.Bound, tensor.Error, tensor.Cosine, tensor.Energy, tensor.Conversions);
}

/// <summary>What <c>analyze</c> prints.</summary>
/// <param name="Base">The model's name.</param>
/// <param name="Adapter">The LoRA's name.</param>
/// <param name="Tensors">Each tensor that changes anything, in the order of the forward pass.</param>
/// <param name="Samples">Random factors against the closed form.</param>
internal sealed record AnalysisResult(string Base, string Adapter, IReadOnlyList<AnalyzedTensor> Tensors, IReadOnlyList<RatioSample> Samples);
