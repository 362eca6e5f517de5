using LoRDBA.Runtime.Adapters.Lora;

namespace LoRDBA.Tool.Inspection;

/// <summary>Describes a LoRA in GGUF by itself: whether it fits a model is not asked. As a GGUF file it is described as any other.</summary>
internal sealed class GgufLoraInspector(GgufLoraFile lora) : Inspector
{
    private readonly GgufInspector gguf = new(lora.File);

    /// <inheritdoc/>
    public override FileFacts Describe(bool withTensors) => gguf.Describe(withTensors) with { Kind = "lora", Adapter = Content() };

    /// <inheritdoc/>
    public override TensorValues Values(string name, int count) => gguf.Values(name, count);

    /// <inheritdoc/>
    public override void Dispose() => lora.Dispose();

    private AdapterContent Content()
    {
        var pairs = lora.Pairs;
        foreach (var pair in pairs) // Refuses values that are not finite, as whoever applies them does.
        {
            lora.Values(pair.A);
            lora.Values(pair.B);
        }
        return new AdapterContent
        {
            Weights = pairs.Count,
            Ranks = [pairs.Min(pair => pair.Rank), pairs.Max(pair => pair.Rank)],
            BitsPerChannel = 8.0 * pairs.Sum(pair => pair.A.ByteLength + pair.B.ByteLength) / pairs.Sum(pair => pair.A.Dim(0) + pair.B.Dim(1)),
            Scaling = [pairs.Min(pair => pair.Scaling), pairs.Max(pair => pair.Scaling)],
            Digest = lora.Digest().ToString(),
            Notice = lora.Notice,
        };
    }
}
