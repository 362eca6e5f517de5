using LoRDBA.Training.Backward;
using LoRDBA.Training.Optimizers;
using LoRDBA.Training.Tuning.Branches;

namespace LoRDBA.Training.Tuning;

/// <summary>What a step moves, and what moves it: factors by Adam with a small state or by flips, scales by Adam, under half a cosine.</summary>
internal sealed class TuningState
{
    private const float MaxGradientNorm = 1;

    private readonly BranchSet set;
    private readonly IReadOnlyList<Parameter> factors, scales, all;
    private readonly IReadOnlyList<BitMatrix> bits;
    private readonly CompactAdam factorRule;
    private readonly Adam scaleRule;
    private readonly FlipRule flipRule = new();
    private readonly CosineSchedule factorRates, scaleRates, flipShares;

    public TuningState(BranchSet set, TuningOptions options, bool hasStart, int steps)
    {
        this.set = set;
        (factors, scales, bits) = (set.Factors, set.Scales, set.Bits);
        all = [.. factors, .. scales];
        (factorRule, scaleRule) = (new CompactAdam(factors), new Adam(scales, weightDecay: 0));
        var (factorRate, scaleRate) = options.RatesFrom(hasStart);
        (factorRates, scaleRates, flipShares) = (new(factorRate, steps), new(scaleRate, steps), new(TuningOptions.FlipShareFrom(hasStart), steps));
    }

    /// <summary>Values, gradients, and the optimizers' state.</summary>
    public long ByteLength =>
        set.All.Sum(branch => branch.A.ByteLength + branch.B.ByteLength) + scales.Sum(parameter => 2L * sizeof(float) * parameter.Value.Length)
        + factorRule.ByteLength + scaleRule.ByteLength;

    /// <summary>Before the gradients of a step are added.</summary>
    public void Begin()
    {
        for (var i = 0; i < all.Count; i++) all[i].Gradient.Clear();
        FlipRule.Fade(bits);
    }

    /// <summary>Moves everything.</summary>
    /// <param name="step">From 1.</param>
    public void Move(int step)
    {
        foreach (var branch in set.ByLinear) branch?.SumM();
        GradientClip.Apply(all, MaxGradientNorm);
        factorRule.Step(factorRates.RateAt(step));
        scaleRule.Step(scaleRates.RateAt(step));
        flipRule.Step(bits, flipShares.RateAt(step));
    }

    /// <summary>Reads or writes all of it between two steps.</summary>
    public void Transfer(StateTransfer transfer)
    {
        foreach (var parameter in all) transfer.Span(parameter.Value);
        foreach (var matrix in bits)
        {
            transfer.Span(matrix.Bits);
            transfer.Span(matrix.Average);
        }
        factorRule.Transfer(transfer);
        scaleRule.Transfer(transfer);
    }
}
