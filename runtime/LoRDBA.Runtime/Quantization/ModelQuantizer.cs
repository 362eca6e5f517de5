using System.Numerics.Tensors;
using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Quantization;

/// <summary>
/// Writes a model in another block format. Rows stream through: a few megabytes of one tensor are in memory at a time, and all
/// cores work on them. The same input gives the same bytes, whatever the number of cores.
/// </summary>
public sealed unsafe class ModelQuantizer
{
    private const string FileTypeKey = "general.file_type";
    private const string VersionKey = "general.quantization_version";

    /// <summary>Version of ggml's block layouts, that of 2023: readers check the number before they trust quantized tensors.</summary>
    private const uint Version = 2;

    private const int ChunkBytes = 4 << 20;

    private readonly GgufFile file;
    private readonly IProgress<long>? progress;
    private readonly CancellationToken cancellation;
    private byte[] chunk = [];
    private long written;

    private ModelQuantizer(GgufFile file, IProgress<long>? progress, CancellationToken cancellation) =>
        (this.file, this.progress, this.cancellation) = (file, progress, cancellation);

    /// <summary>
    /// Writes the planned file, whole or not at all. Metadata is carried over byte for byte, but for general.file_type and
    /// general.quantization_version.
    /// </summary>
    /// <param name="plan">Which tensor becomes what.</param>
    /// <param name="path">Where to; an existing file is replaced when all is done.</param>
    /// <param name="progress">Told the bytes of tensors written so far.</param>
    /// <param name="cancellation">Asked between chunks.</param>
    /// <returns>Bytes of the file.</returns>
    /// <exception cref="QuantizationException">The path is the model's own, or a weight is not finite or beyond a 16-bit scale.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static long Save(QuantizationPlan plan, string path, IProgress<long>? progress = null, CancellationToken cancellation = default)
    {
        var file = plan.Model.File;
        if (WholeFile.IsSame(file.Name, path)) throw new QuantizationException(QuantizationError.SameFile, $"{path} is the model itself, which is read while the new one is written. Choose another name for the output.");
        var quantizer = new ModelQuantizer(file, progress, cancellation);
        var writer = new GgufWriter();
        quantizer.AddMetadata(writer, plan.FileType);
        foreach (var tensor in plan.Tensors)
        {
            var source = tensor.Source;
            long[] dims = [.. Enumerable.Range(0, source.NDims).Select(source.Dim)];
            writer.AddTensor(source.Name, tensor.Type, dims, stream => quantizer.Write(stream, tensor));
        }
        WholeFile.Write(path, writer.WriteTo);
        return writer.ByteLength;
    }

    private void AddMetadata(GgufWriter writer, uint fileType)
    {
        var own = new Dictionary<string, uint> { [FileTypeKey] = fileType, [VersionKey] = Version };
        foreach (var key in file.Metadata.Keys)
        {
            if (own.Remove(key, out var value)) writer.Add(key, value);
            else writer.Copy(file, key);
        }
        foreach (var (key, value) in own) writer.Add(key, value);
    }

    private void Write(Stream stream, in PlannedTensor tensor)
    {
        if (tensor.IsKept) Copy(stream, tensor.Source);
        else Requantize(stream, tensor.Source, file.FormatOf(tensor.Source), BlockFormat.Of(tensor.Type));
    }

    private void Copy(Stream stream, in GgufTensor tensor)
    {
        for (long done = 0; done < tensor.ByteLength; done += ChunkBytes)
        {
            cancellation.ThrowIfCancellationRequested();
            Append(stream, new ReadOnlySpan<byte>(file.Data(tensor) + done, (int)Math.Min(ChunkBytes, tensor.ByteLength - done)));
        }
    }

    private void Requantize(Stream stream, in GgufTensor tensor, BlockFormat from, BlockFormat to)
    {
        var (nIn, rows) = (checked((int)tensor.Dim(0)), tensor.ElementCount / tensor.Dim(0));
        var (fromBytes, toBytes) = ((int)from.BytesFor(nIn), (int)to.BytesFor(nIn));
        var rowsPerChunk = Math.Max(1, ChunkBytes / toBytes);
        if (chunk.Length < rowsPerChunk * toBytes) chunk = new byte[rowsPerChunk * toBytes];

        var source = file.Data(tensor);
        for (long first = 0; first < rows; first += rowsPerChunk)
        {
            var start = source + first * fromBytes;
            var count = (int)Math.Min(rowsPerChunk, rows - first);
            var outcome = Parallel.For(0, count, new ParallelOptions { CancellationToken = cancellation }, () => new float[nIn], (row, loop, values) =>
            {
                from.Dequantize(new ReadOnlySpan<byte>(start + (long)row * fromBytes, fromBytes), values);
                if (IsWritable(values)) to.QuantizeClosest(values, chunk.AsSpan(row * toBytes, toBytes));
                else loop.Break();
                return values;
            }, _ => { });
            if (outcome.LowestBreakIteration is { } bad)
                throw new QuantizationException(QuantizationError.NonFiniteValue, $"{file.Name}: row {first + bad} of {tensor.Name} has a weight that is not finite, or above {Half.MaxValue}: no {to} block can hold it. The model is damaged.");
            Append(stream, chunk.AsSpan(0, count * toBytes));
        }
    }

    /// <summary>Every scale and minimum of these formats is at most the largest magnitude, and is stored as a 16-bit number. False for NaN.</summary>
    private static bool IsWritable(ReadOnlySpan<float> values) => MathF.Abs(TensorPrimitives.MaxMagnitude(values)) <= (float)Half.MaxValue;

    private void Append(Stream stream, ReadOnlySpan<byte> bytes)
    {
        stream.Write(bytes);
        progress?.Report(written += bytes.Length);
    }
}
