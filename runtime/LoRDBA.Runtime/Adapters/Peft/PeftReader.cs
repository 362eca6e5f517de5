using LoRDBA.Runtime.Adapters.Lora;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Adapters.Peft;

/// <summary>
/// Reads a PEFT LoRA: a folder with adapter_config.json and adapter_model.safetensors. All of it must map to linears of the
/// model, or none of it is used.
/// </summary>
internal static class PeftReader
{
    private sealed record Pair(Linear Linear, string Module, SafetensorsTensor A, SafetensorsTensor B, int Rank, float Scaling);

    /// <summary>Loads the folder for a model.</summary>
    /// <exception cref="AdapterException">A file is not sound, has a part that is not supported, or does not fit the model.</exception>
    public static LoraAdapter Load(string path, Model model)
    {
        using var folder = PeftFolder.Open(path);
        var pairs = FindPairs(folder, model);
        return LoraAdapter.Create(model, folder.Name, folder.Digest(), folder.ByteLength, [.. pairs.Select(pair => (pair.Linear, pair.Rank, pair.Scaling))], (i, branch) =>
        {
            var (a, b) = (Values(pairs[i].A, pairs[i], folder), Values(pairs[i].B, pairs[i], folder));
            branch.Fill(a, b, PeftNames.SourceRows(pairs[i].Linear, model.Config));
        });
    }

    private static List<Pair> FindPairs(PeftFolder folder, Model model)
    {
        var path = folder.WeightsPath;
        var byModule = new SortedDictionary<string, (SafetensorsTensor? A, SafetensorsTensor? B)>(StringComparer.Ordinal);
        foreach (var tensor in folder.Weights.Tensors)
        {
            var (module, isA) = ModuleOf(tensor.Name, path);
            var pair = byModule.GetValueOrDefault(module);
            byModule[module] = isA ? (tensor, pair.B) : (pair.A, tensor);
        }

        if (byModule.Count == 0) throw new AdapterException(AdapterError.NoTensors, path, "file", "there is no tensor, so the adapter would do nothing.");
        return [.. byModule.Select(entry => ToPair(entry.Key, entry.Value.A, entry.Value.B, folder.Config, model, path))];
    }

    private static (string Module, bool IsA) ModuleOf(string tensor, string path)
    {
        if (tensor.Contains("lora_embedding_", StringComparison.Ordinal)) throw new AdapterException(AdapterError.Unsupported, path, tensor, "an adapted embedding is not supported.");
        if (tensor.Contains("lora_magnitude_vector", StringComparison.Ordinal)) throw new AdapterException(AdapterError.Unsupported, path, tensor, "DoRA is not supported.");
        if (tensor.EndsWith(".lora_B.bias", StringComparison.Ordinal)) throw new AdapterException(AdapterError.Unsupported, path, tensor, "a bias in lora_B is not supported.");
        if (tensor.StartsWith(PeftNames.Prefix, StringComparison.Ordinal))
            foreach (var suffix in (ReadOnlySpan<string>)[PeftNames.SuffixA, PeftNames.SuffixB])
                if (tensor.EndsWith(suffix, StringComparison.Ordinal) && tensor.Length > PeftNames.Prefix.Length + suffix.Length)
                    return (tensor[PeftNames.Prefix.Length..^suffix.Length], suffix == PeftNames.SuffixA);
        throw new AdapterException(AdapterError.UnknownTensor, path, tensor, $"it is neither a lora_A nor a lora_B: {PeftNames.Prefix}MODULE{PeftNames.SuffixA} is expected.");
    }

    private static Pair ToPair(string module, SafetensorsTensor? a, SafetensorsTensor? b, PeftConfig config, Model model, string path)
    {
        AdapterException Error(AdapterError error, string message) => new(error, path, module, message);

        if (a is null || b is null) throw Error(AdapterError.MissingPair, $"{(a is null ? "lora_A" : "lora_B")} is missing.");
        var weight = PeftNames.WeightOf(module);
        if (weight == "output.weight" && model.HasTiedOutput)
            throw Error(AdapterError.TiedOutput, "the head of this base is its embedding and cannot be adapted alone. Train the adapter without lm_head.");
        if (model.Linears.FirstOrDefault(linear => linear.Name == weight) is not { } linear)
            throw Error(AdapterError.UnknownTensor, $"{model.Config.Name} has no linear for it.");

        if (a.Shape is not [var rank, var nIn] || b.Shape is not [var nOut, var rankB] || rankB != rank || nIn != linear.NIn || nOut != linear.NOut)
            throw Error(AdapterError.ShapeMismatch, $"lora_A [{string.Join(", ", a.Shape)}] and lora_B [{string.Join(", ", b.Shape)}] must be [r, {linear.NIn}] and [{linear.NOut}, r].");
        var (expected, scaling) = config.Of(module);
        if (rank != expected) throw Error(AdapterError.RankMismatch, $"its rank is {rank}; {PeftFolder.ConfigName} says {expected}.");
        return new Pair(linear, module, a, b, expected, scaling);
    }

    private static float[] Values(SafetensorsTensor tensor, Pair pair, PeftFolder folder)
    {
        var values = folder.Weights.Values(tensor);
        if (Array.FindIndex(values, value => !float.IsFinite(value)) is var at and >= 0)
            throw new AdapterException(AdapterError.NonFiniteValue, folder.WeightsPath, pair.Module, $"element {at} of {(tensor == pair.A ? "lora_A" : "lora_B")} is {values[at]}.");
        return values;
    }
}
