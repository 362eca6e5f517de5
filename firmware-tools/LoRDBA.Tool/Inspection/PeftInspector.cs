using LoRDBA.Runtime.Adapters.Peft;

namespace LoRDBA.Tool.Inspection;

/// <summary>Describes the folder of a PEFT LoRA by itself: whether it fits a model is not asked.</summary>
internal sealed class PeftInspector(string path) : Inspector
{
    private readonly PeftFolder folder = PeftFolder.Open(path);

    /// <inheritdoc/>
    public override FileFacts Describe(bool withTensors)
    {
        var tensors = folder.Weights.Tensors;
        return new FileFacts("lora", path, folder.ByteLength)
        {
            Name = folder.Name,
            Types = [.. tensors.GroupBy(tensor => tensor.Format.Name).Select(type => new TypeShare(type.Key, type.Count(), type.Sum(tensor => tensor.ByteLength))).OrderByDescending(type => type.Bytes)],
            Adapter = Content(),
            Tensors = withTensors ? [.. tensors.Select(tensor => new TensorFacts(tensor.Name, tensor.Format.Name, Shape(tensor), tensor.ByteLength))] : null,
        };
    }

    /// <inheritdoc/>
    public override TensorValues Values(string name, int count)
    {
        var tensor = folder.Weights.Tensors.FirstOrDefault(tensor => tensor.Name == name)
            ?? throw new InspectException($"{folder.WeightsPath}: there is no tensor {name}. --tensors lists those that there are.");
        return new TensorValues(tensor.Name, tensor.Format.Name, Shape(tensor)) { Values = folder.Weights.Values(tensor, Math.Min(count, MostValues)) };
    }

    /// <inheritdoc/>
    public override void Dispose() => folder.Dispose();

    /// <summary>Null where nothing is adapted: a file without a lora_A.</summary>
    private AdapterContent? Content()
    {
        var tensors = folder.Weights.Tensors;
        var modules = tensors.Where(tensor => tensor.Name.EndsWith(PeftNames.SuffixA, StringComparison.Ordinal) && tensor.Name.StartsWith(PeftNames.Prefix, StringComparison.Ordinal))
            .Select(tensor => folder.Config.Of(tensor.Name[PeftNames.Prefix.Length..^PeftNames.SuffixA.Length])).ToArray();
        if (modules.Length == 0) return null;

        // lora_A is [rank, n_in], lora_B [n_out, rank]: the channels are what is not the rank.
        var channels = tensors.Where(tensor => tensor.Shape.Length == 2).Sum(tensor => tensor.Name.EndsWith(PeftNames.SuffixA, StringComparison.Ordinal) ? tensor.Shape[^1] : tensor.Shape[0]);
        return new AdapterContent
        {
            Weights = modules.Length,
            Ranks = [modules.Min(module => module.Rank), modules.Max(module => module.Rank)],
            BitsPerChannel = 8.0 * tensors.Sum(tensor => tensor.ByteLength) / channels,
            Scaling = [modules.Min(module => module.Scaling), modules.Max(module => module.Scaling)],
            BaseName = folder.Config.BaseName,
            Digest = folder.Digest().ToString(),
        };
    }

    /// <summary>As GGUF has it, the row length first.</summary>
    private static long[] Shape(SafetensorsTensor tensor) => [.. tensor.Shape.Reverse()];
}
