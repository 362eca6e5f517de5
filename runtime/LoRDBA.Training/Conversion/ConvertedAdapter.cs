using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Training.Conversion;

/// <summary>A converted adapter, not written yet.</summary>
public sealed class ConvertedAdapter
{
    private readonly IReadOnlyList<LordbaFactors> factors;
    private readonly LordbaHeader header;
    private readonly Model model;

    internal ConvertedAdapter(Adapter lora, ConversionOptions options, IReadOnlyList<LordbaFactors> factors, IReadOnlyList<TensorReport> tensors)
    {
        (this.factors, model, header) = (factors, lora.Model, HeaderOf(lora, options));
        Tensors = tensors;
    }

    /// <summary>How each tensor fared, in the order of the forward pass.</summary>
    public IReadOnlyList<TensorReport> Tensors { get; }

    /// <summary>The file's bytes.</summary>
    public byte[] ToArray() => LordbaWriter.ToArray(header, factors);

    /// <summary>Writes the file whole or not at all.</summary>
    /// <exception cref="IOException">It cannot be written; what was at the path is still there.</exception>
    public void Save(string path) => LordbaWriter.Save(path, header, factors);

    /// <summary>The adapter as a reader of the file gets it, without a file.</summary>
    public Adapter Load() => Adapter.Load(LordbaFile.From(GgufFile.FromBytes(ToArray(), header.Name)), model);

    /// <summary>What a file with tensors for these linears takes beside the tensors themselves.</summary>
    internal static long BytesBesideTensors(Adapter lora, ConversionOptions options, IReadOnlyList<Linear> linears)
    {
        var smallest = linears.Select(linear => Empty(linear, options)).ToArray();
        return LordbaWriter.ToArray(HeaderOf(lora, options), smallest).Length - smallest.Sum(tensor => LordbaFactors.ByteLength(tensor.NIn, tensor.NOut, 1, options.ScaleBits, 0));
    }

    private static LordbaHeader HeaderOf(Adapter lora, ConversionOptions options) => new()
    {
        Name = lora.Name,
        Base = LordbaBase.Of(lora.Model),
        ScaleBits = options.ScaleBits,
    };

    private static LordbaFactors Empty(Linear linear, ConversionOptions options) => new()
    {
        Name = linear.Name,
        NIn = linear.NIn,
        SignsA = new byte[LordbaFactors.SignRowLength(linear.NIn)],
        SignsB = new byte[LordbaFactors.SignRowLength(linear.NOut)],
        M = new float[1],
        ScaleOut = new float[linear.NOut],
        CodeOut = new ScaleCode(options.ScaleBits, 0, 0),
    };
}
