using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Quantization;

/// <summary>
/// The format in which each tensor of a model is to be stored. The matrices take the format that is asked for, with two exceptions:
/// <list type="bullet">
/// <item>the head (the embedding, where the two are tied) is Q8_0 also beside four-bit weights: it decides every logit directly;</item>
/// <item>a matrix whose rows are no whole number of blocks stays as it is. All that is no matrix stays too.</item>
/// </list>
/// </summary>
public sealed class QuantizationPlan
{
    private readonly GgmlType format;

    private QuantizationPlan(Model model, GgmlType format)
    {
        (Model, this.format, FileType) = (model, format, FileTypeOf(format));
        var matrices = model.Linears.Append(model.Weights.Embedding).ToDictionary(matrix => matrix.Name, TypeFor);
        Tensors = [.. model.File.Tensors.Select(tensor => new PlannedTensor(tensor, matrices.GetValueOrDefault(tensor.Name, tensor.Type)))];
        if (Tensors.All(tensor => tensor.IsKept))
            throw new QuantizationException(QuantizationError.SameFormat, $"{model.File.Name}: its weights are {format} already, so there is nothing to do. Use the file as it is.");
    }

    /// <summary>Plans for a model.</summary>
    /// <param name="model">What is to be written anew.</param>
    /// <param name="format">Q8_0, Q4_0 or Q4_1.</param>
    /// <exception cref="QuantizationException">All weights are stored like that already.</exception>
    public static QuantizationPlan Of(Model model, GgmlType format) => new(model, format);

    /// <summary>The model as it is.</summary>
    public Model Model { get; }

    /// <summary>Every tensor, in the order of the file.</summary>
    public IReadOnlyList<PlannedTensor> Tensors { get; }

    /// <summary>general.file_type: llama.cpp's number for a file of mostly this format.</summary>
    internal uint FileType { get; }

    private static uint FileTypeOf(GgmlType format) => format switch
    {
        GgmlType.Q4_0 => 2,
        GgmlType.Q4_1 => 3,
        GgmlType.Q8_0 => 7,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "A model can be written in Q8_0, Q4_0 and Q4_1."),
    };

    private GgmlType TypeFor(Linear matrix)
    {
        var wanted = matrix == Model.Weights.Output[0] ? GgmlType.Q8_0 : format;
        return matrix.NIn % BlockFormat.Of(wanted).BlockLength == 0 ? wanted : matrix.Format.Type;
    }
}

/// <summary>A tensor and what becomes of it.</summary>
/// <param name="Source">As it lies in the model's file.</param>
/// <param name="Type">How it is to be stored.</param>
public readonly record struct PlannedTensor(GgufTensor Source, GgmlType Type)
{
    /// <summary>Whether the bytes stay the same.</summary>
    public bool IsKept => Type == Source.Type;

    /// <summary>Bytes that it will take.</summary>
    public long ByteLength => IsKept ? Source.ByteLength : BlockFormat.Of(Type).BytesFor(Source.ElementCount);
}
