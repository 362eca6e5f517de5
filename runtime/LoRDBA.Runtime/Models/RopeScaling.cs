using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Gguf;

namespace LoRDBA.Runtime.Models;

/// <summary>What heads turn by from one position to the next.</summary>
/// <param name="Frequencies">The angle of each pair of elements, [rope_dim / 2].</param>
/// <param name="Magnitude">What rotated heads are multiplied with; 1 but for YaRN.</param>
internal readonly record struct RopeTable(double[] Frequencies, double Magnitude)
{
    /// <summary>What takes the place of <see cref="Frequencies"/> in a long context, or null.</summary>
    public double[]? LongFrequencies { get; init; }

    /// <summary>The longest context that turns by <see cref="Frequencies"/>, where there are others for longer ones.</summary>
    public int ShortContext { get; init; }

    /// <summary>Whether a context of this length turns by <see cref="LongFrequencies"/>.</summary>
    public bool IsLong(int contextLength) => LongFrequencies is not null && contextLength > ShortContext;

    /// <summary>base^(-2i / rope_dim) for pair i.</summary>
    public static RopeTable Unscaled(int ropeDim, float freqBase)
    {
        var frequencies = new double[ropeDim / 2];
        for (var i = 0; i < frequencies.Length; i++) frequencies[i] = Math.Pow(freqBase, -2.0 * i / ropeDim);
        return new RopeTable(frequencies, 1);
    }
}

/// <summary>
/// The frequencies of a model's rotary embedding, base^(-2i / rope_dim), stretched for contexts longer than the first training's.
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item>A tensor rope_freqs.weight divides each frequency (Llama 3.1 and later).</item>
/// <item>linear: all are divided by the factor (arXiv 2306.15595).</item>
/// <item>yarn: slow pairs are divided, fast ones left, those between mixed, and cos and sin grow a little
/// (arXiv 2309.00071, section 3; beta_fast 32, beta_slow 1).</item>
/// <item>Two tensors, rope_factors_short.weight and rope_factors_long.weight, divide each frequency: which of the two, tells the length of
/// the sequence's context (LongRoPE, arXiv 2402.13753; Phi-3.5). cos and sin grow by rope.scaling.attn_factor.</item>
/// </list>
/// </remarks>
internal static class RopeScaling
{
    private const double BetaFast = 32, BetaSlow = 1;

    /// <exception cref="ModelException">A kind of scaling that is not supported, or a number that cannot be.</exception>
    public static RopeTable Read(GgufFile file, string architecture, int ropeDim, float freqBase)
    {
        var table = RopeTable.Unscaled(ropeDim, freqBase);
        if (file.TryGetTensor(ModelWeights.ShortRopeFactors, out _) || file.TryGetTensor(ModelWeights.LongRopeFactors, out _)) return ReadLongRope(file, architecture, table);
        var frequencies = table.Frequencies;
        if (file.TryGetTensor(ModelWeights.RopeFrequencies, out _)) DivideByTensor(file, ModelWeights.RopeFrequencies, frequencies);

        var prefix = $"{architecture}.rope.scaling";
        var kind = file.Metadata.TryGetString($"{prefix}.type", out var given) ? given : "none";
        var factor = file.Metadata.GetFloat32($"{prefix}.factor", 1f);
        if (!float.IsFinite(factor) || factor <= 0) throw new ModelException(ModelError.BadMetadata, file.Name, $"{prefix}.factor", $"{prefix}.factor is {factor}; it must be positive.");
        switch (kind)
        {
            case "none":
                return table;
            case "linear":
                for (var i = 0; i < frequencies.Length; i++) frequencies[i] /= factor;
                return table;
            case "yarn":
                var original = file.Metadata.GetUInt32($"{prefix}.original_context_length");
                MixYarn(frequencies, ropeDim, freqBase, factor, original);
                return table with { Magnitude = 1 + 0.1 * Math.Log(factor) };
            default:
                throw new ModelException(ModelError.UnsupportedRopeScaling, file.Name, $"{prefix}.type", $"rotary scaling '{kind}' is not supported; supported are: none, linear, yarn.");
        }
    }

    private static RopeTable ReadLongRope(GgufFile file, string architecture, RopeTable unscaled)
    {
        var (frequencies, longFrequencies) = (unscaled.Frequencies, (double[])unscaled.Frequencies.Clone());
        DivideByTensor(file, ModelWeights.ShortRopeFactors, frequencies);
        DivideByTensor(file, ModelWeights.LongRopeFactors, longFrequencies);
        var (contextKey, factorKey) = ($"{architecture}.rope.scaling.original_context_length", $"{architecture}.rope.scaling.attn_factor");
        var (context, factor) = (file.Metadata.GetUInt32(contextKey), file.Metadata.GetFloat32(factorKey, 1f));
        if (context is 0 or > int.MaxValue) throw new ModelException(ModelError.BadMetadata, file.Name, contextKey, $"{contextKey} is {context}; it must be positive.");
        if (!float.IsFinite(factor) || factor <= 0) throw new ModelException(ModelError.BadMetadata, file.Name, factorKey, $"{factorKey} is {factor}; it must be positive.");
        return new RopeTable(frequencies, factor) { LongFrequencies = longFrequencies, ShortContext = (int)context };
    }

    private static void DivideByTensor(GgufFile file, string name, double[] frequencies)
    {
        if (!file.TryGetTensor(name, out var tensor)) throw new ModelException(ModelError.MissingTensor, file.Name, name, $"the tensor {name} is missing.");
        if (tensor.Type != GgmlType.F32 || tensor.NDims != 1 || tensor.Dim(0) != frequencies.Length)
            throw new ModelException(ModelError.ShapeMismatch, file.Name, tensor.Name, $"{tensor.Name} must be F32 of {frequencies.Length} elements.");
        unsafe
        {
            var divisors = (float*)file.Data(tensor);
            for (var i = 0; i < frequencies.Length; i++)
            {
                if (!(divisors[i] > 0)) throw new ModelException(ModelError.BadTensorValue, file.Name, tensor.Name, $"element {i} of {tensor.Name} is {divisors[i]}; it must be positive.");
                frequencies[i] /= divisors[i];
            }
        }
    }

    /// <summary>A pair that turns beta times or more within the original context is fast, one that turns less than once slow.</summary>
    private static void MixYarn(double[] frequencies, int ropeDim, float freqBase, float factor, uint originalContext)
    {
        double PairTurning(double turns) => ropeDim * Math.Log(originalContext / (turns * 2 * Math.PI)) / (2 * Math.Log(freqBase));

        var first = Math.Max(0, Math.Floor(PairTurning(BetaFast)));
        var last = Math.Min(ropeDim - 1, Math.Ceiling(PairTurning(BetaSlow)));
        for (var i = 0; i < frequencies.Length; i++)
        {
            var slow = Math.Clamp((i - first) / Math.Max(0.001, last - first), 0, 1);
            frequencies[i] *= 1 - slow + slow / factor;
        }
    }
}
