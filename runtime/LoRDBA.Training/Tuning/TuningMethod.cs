namespace LoRDBA.Training.Tuning;

/// <summary>What is tuned, and how.</summary>
public enum TuningMethod
{
    /// <summary>Signs, by real latents whose signs act (straight through, arXiv 1308.3432).</summary>
    Latents,

    /// <summary>Signs, without latents: a decaying average of the gradient flips them (arXiv 1906.02107). The least memory.</summary>
    LatentFree,

    /// <summary>A LoRA in float32: the yardstick.</summary>
    Lora,
}
