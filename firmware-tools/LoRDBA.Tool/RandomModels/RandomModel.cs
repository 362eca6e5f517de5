using System.Numerics.Tensors;
using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Tool.RandomModels;

/// <summary>
/// Writes a llama model of any shape with random weights, for what does not depend on them: speed, memory, whether a board can hold it. A few
/// megabytes of it are in memory at a time. Equal arguments give equal bytes, whatever the number of cores.
/// </summary>
internal sealed class RandomModel
{
    /// <summary>Of the weights: as trained models of this size have them, so that activations keep their order of magnitude.</summary>
    private const float Deviation = 0.02f;

    /// <summary>Of the norms' weights, around 1.</summary>
    private const float NormDeviation = 0.1f;

    /// <summary>The layouts of ggml's blocks since 2023.</summary>
    private const uint QuantizationVersion = 2;

    private const int ChunkBytes = 4 << 20;

    private readonly ulong seed;
    private readonly IProgress<long> progress;
    private readonly CancellationToken cancellation;
    private long written;

    private RandomModel(ulong seed, IProgress<long> progress, CancellationToken cancellation) => (this.seed, this.progress, this.cancellation) = (seed, progress, cancellation);

    /// <summary>Type, elements and bytes of each tensor, in the order of the file.</summary>
    /// <exception cref="ModelShapeException">No model can have the shape, or not in this format.</exception>
    public static IReadOnlyList<(GgmlType Type, long Elements, long Bytes)> Tensors(ModelShape shape, GgmlType type)
    {
        shape.Check(BlockFormat.Of(type).BlockLength);
        return [.. shape.Tensors().Select(tensor =>
        {
            var (format, elements) = (FormatOf(tensor.Name, tensor.NOut, type), (long)tensor.NIn * tensor.NOut);
            return (format.Type, elements, format.BytesFor(elements));
        })];
    }

    /// <summary>Writes the file whole or not at all.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="type">How the matrices are stored; the head is Q8_0 beside four-bit weights, as <c>lordba quantize</c> has it.</param>
    /// <param name="seed">What the weights depend on.</param>
    /// <param name="progress">Told the bytes written so far.</param>
    /// <param name="cancellation">Asked between chunks.</param>
    /// <returns>Bytes of the file.</returns>
    /// <exception cref="ModelShapeException">No model can have the shape, or not in this format.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static long Save(string path, ModelShape shape, GgmlType type, ulong seed, IProgress<long> progress, CancellationToken cancellation)
    {
        shape.Check(BlockFormat.Of(type).BlockLength);
        var model = new RandomModel(seed, progress, cancellation);
        var writer = new GgufWriter()
            .Add("general.architecture", "llama")
            .Add("general.type", "model")
            .Add("general.name", $"random, {shape.NLayer} layers of {shape.NEmbd}, seed {seed}")
            .Add("general.quantization_version", QuantizationVersion)
            .Add("llama.vocab_size", (uint)shape.NVocab)
            .Add("llama.context_length", (uint)shape.ContextLength)
            .Add("llama.embedding_length", (uint)shape.NEmbd)
            .Add("llama.block_count", (uint)shape.NLayer)
            .Add("llama.feed_forward_length", (uint)shape.NFf)
            .Add("llama.attention.head_count", (uint)shape.NHead)
            .Add("llama.attention.head_count_kv", (uint)shape.NHeadKv)
            .Add("llama.attention.key_length", (uint)shape.HeadDim)
            .Add("llama.attention.value_length", (uint)shape.HeadDim)
            .Add("llama.attention.layer_norm_rms_epsilon", 1e-5f)
            .Add("llama.rope.dimension_count", (uint)shape.HeadDim)
            .Add("llama.rope.freq_base", 10_000f);
        ByteVocabulary.AddTo(writer, shape.NVocab);
        foreach (var (matrix, (name, nIn, nOut)) in shape.Tensors().Index())
        {
            var format = FormatOf(name, nOut, type);
            writer.AddTensor(name, format.Type, nOut == 1 ? [nIn] : [nIn, nOut], stream => model.Write(stream, format, matrix, nIn, nOut));
        }
        WholeFile.Write(path, writer.WriteTo);
        return writer.ByteLength;
    }

    private static BlockFormat FormatOf(string name, int nOut, GgmlType type)
    {
        var isHead = name == "output.weight" && BlockFormat.Of(type).BytesFor(32) < BlockFormat.Of(GgmlType.Q8_0).BytesFor(32);
        return BlockFormat.Of(nOut == 1 ? GgmlType.F32 : isHead ? GgmlType.Q8_0 : type);
    }

    private void Write(Stream stream, BlockFormat format, int matrix, int nIn, int nOut)
    {
        var (isNorm, rowBytes) = (nOut == 1, (int)format.BytesFor(nIn));
        var rowsPerChunk = Math.Clamp(ChunkBytes / rowBytes, 1, nOut);
        var chunk = new byte[rowsPerChunk * rowBytes];
        for (var first = 0; first < nOut; first += rowsPerChunk)
        {
            var count = Math.Min(rowsPerChunk, nOut - first);
            Parallel.For(0, count, new ParallelOptions { CancellationToken = cancellation }, () => new float[nIn], (row, _, values) =>
            {
                RandomValues.Fill(RandomValues.Row(seed, matrix, first + row), values, isNorm ? NormDeviation : Deviation);
                if (isNorm) TensorPrimitives.Add(values, 1, values);
                format.Quantize(values, chunk.AsSpan(row * rowBytes, rowBytes));
                return values;
            }, _ => { });
            stream.Write(chunk, 0, count * rowBytes);
            progress.Report(written += count * rowBytes);
        }
    }
}
