namespace LoRDBA.Examples.SmartHome.Training.Network;

/// <summary>What a batch cost, token by token.</summary>
/// <param name="Nll">For each counted token −ln p(token), in nats.</param>
/// <param name="Right">For each counted token whether it has the largest logit.</param>
internal sealed record BatchLoss(float[] Nll, bool[] Right)
{
    public double MeanNll => Nll.Length == 0 ? 0 : Nll.Average();
}
