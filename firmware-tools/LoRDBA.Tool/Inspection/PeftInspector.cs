using LoRDBA.Runtime.Adapters.Peft;

namespace LoRDBA.Tool.Inspection;

/// <summary>Describes the folder of a PEFT LoRA by itself: whether it fits a model is not asked.</summary>
internal sealed class PeftInspector(string path) : Inspector
{
    private readonly PeftFolder folder = PeftFolder.Open(path);

    /// <inheritdoc/>
    public override FileFacts Describe(bool withTensors)
    {
        var tensors = folder.Tensors;
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
        var tensor = folder.Tensors.FirstOrDefault(tensor => tensor.Name == name)
            ?? throw new InspectException($"{folder.WeightsPath}: there is no tensor {name}. --tensors lists those that there are.");
        return new TensorValues(tensor.Name, tensor.Format.Name, Shape(tensor)) { Values = folder.Values(tensor, Math.Min(count, MostValues)) };
    }

    /// <inheritdoc/>
    public override void Dispose() => folder.Dispose();

    /// <summary>Null where nothing is adapted: a file without a lora_A.</summary>
    private AdapterContent? Content()
    {
        var tensors = folder.Tensors;
        var modules = folder.Modules.ToArray();
        if (modules.Length == 0) return null;

        // lora_A is [rank, n_in], lora_B [n_out, rank]: the channels are what is not the rank.
        var channels = tensors.Where(tensor => tensor.Shape.Length == 2).Sum(tensor => PeftFolder.IsFactorA(tensor) ? tensor.Shape[^1] : tensor.Shape[0]);
        return new AdapterContent
        {
            Weights = modules.Length,
            Ranks = [modules.Min(module => module.Rank), modules.Max(module => module.Rank)],
            BitsPerChannel = 8.0 * tensors.Sum(tensor => tensor.ByteLength) / channels,
            Scaling = [modules.Min(module => module.Scaling), modules.Max(module => module.Scaling)],
            BaseName = folder.BaseName,
            Digest = folder.Digest().ToString(),
        };
    }

    /// <summary>As GGUF has it, the row length first.</summary>
    private static long[] Shape(SafetensorsTensor tensor) => [.. tensor.Shape.Reverse()];
}
