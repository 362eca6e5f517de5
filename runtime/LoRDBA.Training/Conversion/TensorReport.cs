using LoRDBA.Runtime.Models;

namespace LoRDBA.Training.Conversion;

/// <summary>How one tensor of an adapter fared.</summary>
/// <param name="Linear">What it adapts.</param>
/// <param name="Rank">Ranks of signs.</param>
/// <param name="LoraRank">Ranks of the LoRA.</param>
/// <param name="Cosine">⟨W, X⟩ / (‖W‖ ‖X‖) between the LoRA's update W and what is written, X; 1 is perfect.</param>
/// <param name="RelativeError">‖W - X‖ / ‖W‖</param>
public sealed record TensorReport(Linear Linear, int Rank, int LoraRank, double Cosine, double RelativeError);
