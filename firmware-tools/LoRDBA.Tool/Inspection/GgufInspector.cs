using LoRDBA.Runtime;
using LoRDBA.Runtime.Chat;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Tokenization;

namespace LoRDBA.Tool.Inspection;

/// <summary>Describes a GGUF file of any architecture from its own metadata: nothing here has to know the model.</summary>
internal sealed class GgufInspector(GgufFile file) : Inspector
{
    /// <inheritdoc/>
    public override FileFacts Describe(bool withTensors)
    {
        var metadata = file.Metadata;
        metadata.TryGetString("general.architecture", out var architecture);
        metadata.TryGetString("general.type", out var type);
        metadata.TryGetString("general.name", out var name);
        metadata.TryGetString("general.license", out var license);
        var isModel = architecture is not null && type is null or "model" && file.Tensors.Count > 0;
        return new FileFacts(isModel ? "model" : "gguf", file.Name, file.Length)
        {
            GgufVersion = file.Version,
            Architecture = architecture,
            Name = name,
            License = license,
            Parameters = isModel ? file.Tensors.Sum(tensor => tensor.ElementCount) : null,
            Types = TypeShare.Of(file),
            Keys = metadata.Keys.Where(key => architecture is not null && key.StartsWith(architecture + '.', StringComparison.Ordinal))
                .ToDictionary(key => key, key => metadata[key].ToString()),
            Chat = ChatTemplate.IsIn(file) ? DescribeChat() : null,
            Tensors = withTensors ? [.. file.Tensors.Select(Describe)] : null,
        };
    }

    /// <inheritdoc/>
    public override TensorValues Values(string name, int count)
    {
        var tensor = file.GetTensor(name);
        var format = file.FormatOf(tensor);
        count = (int)Math.Min(Math.Min(count, MostValues), tensor.ElementCount);
        var blocks = (int)(((long)count + format.BlockLength - 1) / format.BlockLength);
        var values = new float[blocks * format.BlockLength];
        format.Dequantize(file.Span(tensor, blocks * format.BlockBytes), values);
        return new TensorValues(tensor.Name, format.Name, Shape(tensor)) { Values = values[..count] };
    }

    /// <inheritdoc/>
    public override void Dispose() => file.Dispose();

    private ChatFacts DescribeChat()
    {
        try
        {
            var chat = ChatTemplate.FromGguf(file, Vocabulary.FromGguf(file));
            return new(chat.IsOwn ? "own" : "chatml", chat.Notice);
        }
        catch (LordbaException e)
        {
            return new("unsupported", e.Message);
        }
    }

    private static TensorFacts Describe(GgufTensor tensor) => new(tensor.Name, tensor.Type.ToString(), Shape(tensor), tensor.ByteLength);

    private static long[] Shape(GgufTensor tensor) => [.. Enumerable.Range(0, tensor.NDims).Select(tensor.Dim)];
}
