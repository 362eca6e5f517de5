namespace LoRDBA.Training.Optimizers;

/// <summary>
/// Learning rates: a linear warm-up over the first fiftieth of the steps (one at least), then half a cosine (arXiv 1608.03983, equation 5)
/// down to a twentieth of the peak.
/// </summary>
/// <param name="Peak">The rate at the end of the warm-up.</param>
/// <param name="Steps">How many steps there will be.</param>
public readonly record struct CosineSchedule(float Peak, int Steps)
{
    private const float Final = 0.05f;

    /// <summary>The rate of a step; the first is step 1. Beyond the last it stays at the lowest.</summary>
    public float RateAt(int step)
    {
        var warmUp = Math.Max(1, Steps / 50);
        if (step <= warmUp) return Peak * ((float)step / warmUp);
        var progress = Math.Min(1, (float)(step - warmUp) / Math.Max(1, Steps - warmUp));
        return Peak * (Final + (1 - Final) * 0.5f * (1 + MathF.Cos(MathF.PI * progress)));
    }
}
