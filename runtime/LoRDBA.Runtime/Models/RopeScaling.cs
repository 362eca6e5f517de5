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
/// <item>linear: all are divided by the factor (arXiv 2306.15595). A factor without a type is meant like this.</item>
/// <item>yarn: slow pairs are divided, fast ones left, those between mixed, and cos and sin grow a little
/// (arXiv 2309.00071, section 3; beta_fast 32 and beta_slow 1 if the file does not say).</item>
/// <item>Two tensors, rope_factors_short.weight and rope_factors_long.weight, divide each frequency: which of the two, tells the length of
/// the sequence's context (LongRoPE, arXiv 2402.13753; Phi-3.5).</item>
/// <item>attn_factor multiplies cos and sin, whatever the type.</item>
/// </list>
/// </remarks>
internal static class RopeScaling
{
    /// <param name="file">The model.</param>
    /// <param name="config">Its shapes.</param>
    /// <param name="notices">Receives what had to be guessed.</param>
    /// <exception cref="ModelException">A kind of scaling that is not supported, or a number that cannot be.</exception>
    public static RopeTable Read(GgufFile file, ModelConfig config, List<string> notices)
    {
        var table = RopeTable.Unscaled(config.RopeDim, config.RopeFreqBase);
        if (file.TryGetTensor(ModelWeights.ShortRopeFactors, out _) || file.TryGetTensor(ModelWeights.LongRopeFactors, out _))
            return ReadLongRope(file, config, table, notices);
        var frequencies = table.Frequencies;
        if (file.TryGetTensor(ModelWeights.RopeFrequencies, out _)) DivideByTensor(file, ModelWeights.RopeFrequencies, frequencies);

        var (metadata, prefix) = (file.Metadata, $"{config.Architecture}.rope.scaling");
        var factor = Factor(file, config.Architecture);
        if (!metadata.TryGetString($"{prefix}.type", out var kind))
        {
            kind = factor == 1 ? "none" : "linear";
            if (factor != 1) notices.Add($"{prefix}.factor is {factor}, but {prefix}.type is not there. Linear scaling is taken.");
        }
        var magnitude = Positive(file, $"{prefix}.attn_factor", 1);
        if (magnitude != 1 && config.RopeTables > 1)
            throw new ModelException(ModelError.UnsupportedRopeScaling, file.Name, $"{prefix}.attn_factor", $"{prefix}.attn_factor is {magnitude}; it is not supported for layers with two rotary bases.");
        switch (kind)
        {
            case "none":
                break;
            case "linear":
                for (var i = 0; i < frequencies.Length; i++) frequencies[i] /= factor;
                break;
            case "yarn":
                MixYarn(frequencies, config, factor, OriginalContext(file, config, notices), Positive(file, $"{prefix}.yarn_beta_fast", 32), Positive(file, $"{prefix}.yarn_beta_slow", 1));
                if (factor > 1) magnitude *= 1 + 0.1 * Math.Log(factor);
                break;
            default:
                throw new ModelException(ModelError.UnsupportedRopeScaling, file.Name, $"{prefix}.type", $"rotary scaling '{kind}' is not supported; supported are: none, linear, yarn.");
        }
        return table with { Magnitude = magnitude };
    }

    /// <summary>rope.scaling.factor, or as early files call it rope.scale_linear; 0 means none.</summary>
    private static float Factor(GgufFile file, string architecture)
    {
        var key = $"{architecture}.rope.scaling.factor";
        if (!file.Metadata.Contains(key)) key = $"{architecture}.rope.scale_linear";
        var factor = file.Metadata.GetFloat32(key, 1f);
        if (!float.IsFinite(factor) || factor < 0) throw new ModelException(ModelError.BadMetadata, file.Name, key, $"{key} is {factor}; it must be positive.");
        return factor == 0 ? 1 : factor;
    }

    private static double Positive(GgufFile file, string key, float fallback)
    {
        var value = file.Metadata.GetFloat32(key, fallback);
        return float.IsFinite(value) && value > 0 ? value : throw new ModelException(ModelError.BadMetadata, file.Name, key, $"{key} is {value}; it must be positive.");
    }

    private static long OriginalContext(GgufFile file, ModelConfig config, List<string> notices)
    {
        var key = $"{config.Architecture}.rope.scaling.original_context_length";
        if (file.Metadata.Contains(key)) return file.Metadata.GetUInt32(key);
        notices.Add($"{key} is not there. context_length, {config.ContextLength}, is taken.");
        return config.ContextLength;
    }

    private static RopeTable ReadLongRope(GgufFile file, ModelConfig config, RopeTable unscaled, List<string> notices)
    {
        var (frequencies, longFrequencies) = (unscaled.Frequencies, (double[])unscaled.Frequencies.Clone());
        DivideByTensor(file, ModelWeights.ShortRopeFactors, frequencies);
        DivideByTensor(file, ModelWeights.LongRopeFactors, longFrequencies);
        var context = OriginalContext(file, config, notices);
        return new RopeTable(frequencies, Positive(file, $"{config.Architecture}.rope.scaling.attn_factor", 1))
        {
            LongFrequencies = longFrequencies,
            ShortContext = (int)Math.Min(context, int.MaxValue),
        };
    }

    private static void DivideByTensor(GgufFile file, string name, double[] frequencies)
    {
        if (!file.TryGetTensor(name, out var tensor)) throw new ModelException(ModelError.MissingTensor, file.Name, name, $"the tensor {name} is missing.");
        if (tensor.Type != GgmlType.F32 || tensor.Rank != 1 || tensor.Dim(0) != frequencies.Length)
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

    /// <summary>
    /// A pair that turns betaFast times or more within the original context is fast, one that turns less than betaSlow slow.
    /// </summary>
    private static void MixYarn(double[] frequencies, ModelConfig config, float factor, long originalContext, double betaFast, double betaSlow)
    {
        double PairTurning(double turns) => config.RopeDim * Math.Log(originalContext / (turns * 2 * Math.PI)) / (2 * Math.Log(config.RopeFreqBase));

        var first = Math.Max(0, Math.Floor(PairTurning(betaFast)));
        var last = Math.Min(config.RopeDim - 1, Math.Ceiling(PairTurning(betaSlow)));
        for (var i = 0; i < frequencies.Length; i++)
        {
            var slow = Math.Clamp((i - first) / Math.Max(0.001, last - first), 0, 1);
            frequencies[i] *= 1 - slow + slow / factor;
        }
    }
}
