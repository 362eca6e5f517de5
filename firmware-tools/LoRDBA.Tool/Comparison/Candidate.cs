using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Training.Baselines;
using LoRDBA.Training.Conversion;

namespace LoRDBA.Tool.Comparison;

/// <summary>One way to store an adapter at one size.</summary>
/// <param name="Family">The method.</param>
/// <param name="Setting">Its setting.</param>
/// <param name="Make">The adapter as it acts, null for the base alone, and the bytes it is stored in; the caller disposes the adapter unless it is the LoRA itself.</param>
internal sealed record Candidate(string Family, string Setting, Func<CancellationToken, (Adapter? Adapter, long Bytes)> Make)
{
    /// <summary>What this project's own points are called.</summary>
    public const string Lordba = "LoRDBA";

    /// <summary>Ranks of signs relative to the LoRA's: from 8 to 32 times smaller than fp16 and a little beyond.</summary>
    private static readonly double[] RelativeRanks = [1.75, 1.5, 1.25, 1, 0.75, 0.625, 0.5, 0.375, 0.3125];

    /// <summary>Base, fp16, LoRDBA over its sizes, all baselines over theirs.</summary>
    /// <param name="lora">What is stored.</param>
    /// <param name="fp16Bytes">What its factors take in fp16.</param>
    public static IReadOnlyList<Candidate> All(Adapter lora, long fp16Bytes)
    {
        var ranks = RelativeRanks.Select(share => Math.Clamp((int)Math.Round(share * lora.MaxRank), 1, LordbaFactors.MaxRank)).Distinct();
        return
        [
            new("base", "no adapter", _ => (null, 0)),
            new("fp16 LoRA", $"rank {lora.MaxRank}", _ => (lora, fp16Bytes)),
            .. ranks.Select(rank => new Candidate(Lordba, $"rank {rank}", cancellation =>
            {
                var adapter = LordbaConverter.Convert(lora, new() { Rank = rank }, cancellation: cancellation).Load();
                return (adapter, adapter.ByteLength);
            })),
            .. Baseline.All.Select(baseline => new Candidate(baseline.Family, baseline.Setting, _ =>
            {
                var adapter = baseline.Apply(lora, out var bits);
                return (adapter, (bits + 7) / 8);
            })),
        ];
    }
}
