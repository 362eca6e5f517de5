namespace LoRDBA.Training.Tuning;

/// <summary>How an adapter is tuned. The defaults are good.</summary>
public sealed record TuningOptions
{
    /// <summary>What is tuned.</summary>
    public TuningMethod Method { get; init; } = TuningMethod.Latents;

    /// <summary>Of every branch where nothing is started from, or a LoRA is converted first: 1 to 4096; null for the LoRA's own, or 16.</summary>
    public int? Rank { get; init; }

    /// <summary>How often each sample is seen, 1 to 1000; null for 4 from scratch and 2 from an adapter.</summary>
    public int? Epochs { get; init; }

    /// <summary>Samples per step, 1 to 4096.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Tokens that go through the layers together, 1 to 65 536; more for a longer sample. It decides the memory of a step.</summary>
    public int MicroBatchTokens { get; init; } = 256;

    /// <summary>Bits of a scale in the file: 3, 4, 8 or 16.</summary>
    public int ScaleBits { get; init; } = 4;

    /// <summary>What chance begins with: the same seed gives the same adapter.</summary>
    public ulong Seed { get; init; }

    /// <summary>Worker threads, 1 to 256. They change no bit of the result.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Where a checkpoint is written, at most every <see cref="CheckpointSeconds"/> and when tuning is cancelled; null for nowhere.</summary>
    public string? CheckpointPath { get; init; }

    /// <summary>The least time between two checkpoints.</summary>
    public double CheckpointSeconds { get; init; } = 60;

    internal int EpochsFrom(bool hasStart) => Epochs ?? (hasStart ? 2 : 4);

    /// <summary>Peak rates of factors and scales; docs/method.md.</summary>
    internal (float Factors, float Scales) RatesFrom(bool hasStart) => Method switch
    {
        TuningMethod.Lora => hasStart ? (5e-4f, 0) : (1e-3f, 0),
        _ => hasStart ? (5e-4f, 3e-4f) : (1e-3f, 1e-3f),
    };

    /// <summary>The share of signs that a latent-free step may flip at first.</summary>
    internal static float FlipShareFrom(bool hasStart) => hasStart ? 0.002f : 0.004f;

    internal void Check()
    {
        static void Require(bool condition, string what)
        {
            if (!condition) throw new TuningException(TuningError.OptionOutOfRange, what);
        }

        Require(Rank is null or >= 1 and <= 4096, $"The rank is {Rank}; it must lie between 1 and 4096.");
        Require(Epochs is null or >= 1 and <= 1000, $"{Epochs} epochs are not 1 to 1000.");
        Require(BatchSize is >= 1 and <= 4096, $"{BatchSize} samples per step are not 1 to 4096.");
        Require(MicroBatchTokens is >= 1 and <= 65_536, $"{MicroBatchTokens} tokens per micro-batch are not 1 to 65536.");
        Require(Runtime.Adapters.Lordba.ScaleCode.IsKnown(ScaleBits), $"Scales of {ScaleBits} bits are not known: choose 3, 4, 8 or 16.");
        Require(Threads is >= 1 and <= 256, $"{Threads} threads are not 1 to 256.");
        Require(CheckpointSeconds >= 0, $"{CheckpointSeconds} seconds between checkpoints are below zero.");
    }
}
