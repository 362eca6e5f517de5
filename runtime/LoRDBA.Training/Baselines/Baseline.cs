using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Lora;
using LoRDBA.Training.Conversion;

namespace LoRDBA.Training.Baselines;

/// <summary>Another way to make a LoRA small, for comparison: its factors quantized and run as an ordinary LoRA.</summary>
public sealed class Baseline
{
    private const int Group = 128;

    private readonly Func<LoraFactors, LowRankUpdate, FactorPair> quantize;

    private Baseline(string family, string setting, Func<LoraFactors, LowRankUpdate, FactorPair> quantize) => (Family, Setting, this.quantize) = (family, setting, quantize);

    /// <summary>The method, such as <c>RTN</c>.</summary>
    public string Family { get; }

    /// <summary>Its setting, such as <c>2 bit</c>.</summary>
    public string Setting { get; }

    /// <summary>All of them over their range of sizes.</summary>
    public static IReadOnlyList<Baseline> All { get; } =
    [
        .. new[] { 4, 3, 2 }.Select(bits => Plain("RTN", $"{bits} bit", new RoundToNearest(bits, Group))),
        Plain("RTN", "1 bit", new SignAndMean(Group)),
        .. new[] { 8, 4 }.Select(rank => Cut("RTN", $"2 bit, rank {rank}", rank, new RoundToNearest(2, Group))),
        Cut("RTN", "1 bit, rank 8", 8, new SignAndMean(Group)),
        Plain("NF4", "4 bit", new NormalFloat4(64)),
        .. new[] { 8, 4, 2 }.Select(rank => Cut("NF4", $"4 bit, rank {rank}", rank, new NormalFloat4(64))),
        .. new[] { 0.9, 0.7, 0.5 }.Select(energy => new Baseline("LoRAQuant", $"{100 * energy:0} % in 2 bit",
            (_, update) => new LoraQuant(energy, Group).Quantize(FactorPair.Truncated(update, update.Rank), update.Sigma))),
        .. new[] { 4, 2, 1 }.Select(rank => new Baseline("fp16 LoRA cut", $"rank {rank}", (_, update) => FactorPair.Truncated(update, rank))),
        .. new[] { 16, 6, 3 }.Select(rank => new Baseline("one binary factor", $"rank {rank}", (_, update) => SingleBinary.Fit(update, rank))),
    ];

    /// <summary>Quantizes every branch of a LoRA; the adapter, back in float32, and the bits that it would be stored in.</summary>
    /// <param name="lora">A PEFT LoRA, loaded for its base.</param>
    /// <param name="bits">Of all codes, scales and zero points.</param>
    /// <exception cref="ConversionException">It is no LoRA, or it changes nothing.</exception>
    public Adapter Apply(Adapter lora, out long bits)
    {
        ConversionException.ThrowUnlessLora(lora, "quantized");
        var adapted = LoraFactors.Of(lora);
        var pairs = new FactorPair?[adapted.Count];
        Parallel.For(0, adapted.Count, i =>
        {
            var update = LowRankUpdate.Of(adapted[i]);
            if (update.Rank > 0) pairs[i] = quantize(adapted[i], update);
        });
        bits = pairs.Sum(pair => pair?.Bits ?? 0);
        if (bits == 0) throw new ConversionException(ConversionError.NoUpdate, $"{lora.Name} changes nothing: all of its updates are zero.");
        var quantized = adapted.Zip(pairs, (factors, pair) => pair?.ToFactors(factors.Linear)).OfType<LoraFactors>().ToArray();
        return Adapter.FromFactors($"{Family} {Setting}", lora.Model, quantized, (bits + 7) / 8);
    }

    private static Baseline Plain(string family, string setting, GroupQuantizer quantizer) => new(family, setting, (factors, _) => FactorPair.Of(factors).Quantized(quantizer));

    private static Baseline Cut(string family, string setting, int rank, GroupQuantizer quantizer) => new(family, setting, (_, update) => FactorPair.Truncated(update, rank).Quantized(quantizer));
}
