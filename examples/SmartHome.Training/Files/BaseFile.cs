using LoRDBA.Examples.SmartHome.Training.Network;
using LoRDBA.Examples.SmartHome.Training.Tokens;
using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Examples.SmartHome.Training.Files;

/// <summary>The base model as a GGUF file: matrices in Q8_0, norms in float32.</summary>
internal static class BaseFile
{
    private const uint FileTypeMostlyQ8_0 = 7;

    public static void Write(string path, Transformer network, TrainedVocabulary vocabulary)
    {
        var shape = network.Shape;
        var writer = new GgufWriter()
            .Add("general.architecture", "llama")
            .Add("general.type", "model")
            .Add("general.name", "LoRDBA Smart Home")
            .Add("general.description", "Knows how households speak in English and German, but no household.")
            .Add("general.license", "mit")
            .AddArray("general.languages", ["en", "de"])
            .Add("general.file_type", FileTypeMostlyQ8_0)
            .Add("general.quantization_version", 2u)
            .Add("llama.vocab_size", (uint)shape.NVocab)
            .Add("llama.context_length", (uint)shape.ContextLength)
            .Add("llama.embedding_length", (uint)shape.NEmbd)
            .Add("llama.block_count", (uint)shape.NLayer)
            .Add("llama.feed_forward_length", (uint)shape.NFf)
            .Add("llama.attention.head_count", (uint)shape.NHead)
            .Add("llama.attention.head_count_kv", (uint)shape.NHeadKv)
            .Add("llama.attention.key_length", (uint)shape.HeadDim)
            .Add("llama.attention.value_length", (uint)shape.HeadDim)
            .Add("llama.attention.layer_norm_rms_epsilon", shape.RmsEps)
            .Add("llama.rope.dimension_count", (uint)shape.HeadDim)
            .Add("llama.rope.freq_base", shape.RopeBase);
        vocabulary.AddTo(writer);
        foreach (var parameter in network.Parameters)
        {
            var isNorm = parameter.Rows == 1;
            var format = BlockFormat.Of(isNorm ? GgmlType.F32 : GgmlType.Q8_0);
            var data = new byte[format.BytesFor(parameter.Value.Length)];
            format.Quantize(parameter.Value, data);
            writer.AddTensor(parameter.Name, format.Type, isNorm ? [parameter.Columns] : [parameter.Columns, parameter.Rows], data);
        }

        WholeFile.Write(path, writer.WriteTo);
    }

    /// <summary>A network with the weights that a runtime computes with, the quantized ones.</summary>
    public static Transformer Read(GgufFile file, NetworkShape shape, int maxTokens)
    {
        var network = new Transformer(shape, maxTokens, new Random(0));
        foreach (var parameter in network.Parameters)
        {
            if (!file.TryGetTensor(parameter.Name, out var tensor) || tensor.ElementCount != parameter.Value.Length)
                throw new InvalidDataException($"{file.Name} has no {parameter.Name} of {parameter.Value.Length} numbers: it was made by another version of this program. Make it anew with: base.");
            file.FormatOf(tensor).Dequantize(file.Span(tensor), parameter.Value);
        }

        return network;
    }
}
