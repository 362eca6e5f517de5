using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Peft;

namespace LoRDBA.Tool.Inspection;

/// <summary>Describes the folder of a LoRA of PEFT or mlx-lm by itself: whether it fits a model is not asked.</summary>
internal sealed class PeftInspector(string path) : Inspector
{
    private readonly PeftFolder folder = PeftFolder.Open(path);

    /// <inheritdoc/>
    public override FileFacts Describe(bool withTensors)
    {
        var tensors = folder.Tensors.ToArray();
        return new FileFacts("lora", path, folder.ByteLength)
        {
            Form = AdapterFolder.FormOf(path) == AdapterFolderForm.Mlx ? "mlx" : "peft",
            Name = folder.Name,
            Types = [.. tensors.GroupBy(tensor => tensor.Format.Name).Select(type => new TypeShare(type.Key, type.Count(), type.Sum(tensor => tensor.ByteLength))).OrderByDescending(type => type.Bytes)],
            Adapter = Content(tensors),
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

    private AdapterContent Content(SafetensorsTensor[] tensors)
    {
        var modules = folder.Modules;
        foreach (var module in modules) folder.Factors(module); // Refuses values that are not finite, as whoever applies them does.
        return new AdapterContent
        {
            Weights = modules.Count,
            Ranks = [modules.Min(module => module.Rank), modules.Max(module => module.Rank)],
            BitsPerChannel = 8.0 * tensors.Sum(tensor => tensor.ByteLength) / modules.Sum(module => module.NIn + module.NOut),
            Scaling = [modules.Min(module => module.Scaling), modules.Max(module => module.Scaling)],
            BaseName = folder.BaseName,
            Digest = folder.Digest().ToString(),
            Notice = folder.Notice,
        };
    }

    /// <summary>As GGUF has it, the row length first.</summary>
    private static long[] Shape(SafetensorsTensor tensor) => [.. tensor.Shape.Reverse()];
}
