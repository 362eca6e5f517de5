using LoRDBA.Runtime.Adapters;

namespace LoRDBA.Training.Conversion;

/// <summary>A converted adapter, not written yet.</summary>
public sealed class ConvertedAdapter
{
    private readonly IReadOnlyList<LordbaFactors> factors;
    private readonly LordbaHeader header;

    internal ConvertedAdapter(Adapter lora, ConversionOptions options, IReadOnlyList<LordbaFactors> factors, IReadOnlyList<TensorReport> tensors)
    {
        this.factors = factors;
        Tensors = tensors;
        header = new LordbaHeader
        {
            Name = lora.Name,
            Base = LordbaBase.Of(lora.Model),
            ScaleBits = options.ScaleBits,
        };
    }

    /// <summary>How each tensor fared, in the order of the forward pass.</summary>
    public IReadOnlyList<TensorReport> Tensors { get; }

    /// <summary>The file's bytes.</summary>
    public byte[] ToArray() => LordbaWriter.ToArray(header, factors);

    /// <summary>Writes the file whole or not at all.</summary>
    /// <exception cref="IOException">It cannot be written; what was at the path is still there.</exception>
    public void Save(string path) => LordbaWriter.Save(path, header, factors);
}
