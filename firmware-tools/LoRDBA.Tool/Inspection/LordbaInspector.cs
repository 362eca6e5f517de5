using LoRDBA.Runtime.Adapters.Lordba;

namespace LoRDBA.Tool.Inspection;

/// <summary>Describes a .lordba file; opening it has checked it to the last bit.</summary>
internal sealed class LordbaInspector(LordbaFile file) : Inspector
{
    /// <inheritdoc/>
    public override FileFacts Describe(bool withTensors)
    {
        var header = file.Header;
        return new FileFacts("lordba", file.Path, file.Length)
        {
            Architecture = header.Base.Architecture,
            Name = header.Name,
            License = header.License,
            Adapter = Content(),
            Tensors = withTensors ? [.. file.Tensors.Select(Describe)] : null,
        };
    }

    /// <summary>The scales of a tensor, which is named like its weight or as GGUF readers list it.</summary>
    public override TensorValues Values(string name, int count)
    {
        foreach (var tensor in file.Tensors)
        {
            if (tensor.Name == name || Path.ChangeExtension(tensor.Name, ".lordba") == name) return Values(tensor, count);
        }
        throw new InspectException($"{file.Path}: the adapter has no tensor for {name}. --tensors lists those that it has.");
    }

    /// <inheritdoc/>
    public override void Dispose() => file.Dispose();

    private AdapterContent Content()
    {
        var (header, tensors) = (file.Header, file.Tensors);
        return new AdapterContent
        {
            Weights = tensors.Count,
            Ranks = [tensors.Min(tensor => tensor.Rank), tensors.Max(tensor => tensor.Rank)],
            BitsPerChannel = 8.0 * tensors.Sum(tensor => tensor.ByteLength) / tensors.Sum(tensor => (long)tensor.NIn + tensor.NOut),
            ScaleBits = header.ScaleBits,
            TensorsWithInScale = tensors.Count(tensor => tensor.InBits > 0),
            BaseName = header.Base.Name,
            BaseFingerprint = header.Base.Fingerprint.ToString(),
            TokenizerDigest = header.Base.TokenizerDigest.ToString(),
            ChatTemplateDigest = header.Base.ChatTemplateDigest.ToString(),
            Digest = file.Digest.ToString(),
            Counter = file.Counter,
            Training = header.Training is { } training
                ? new TrainingFacts(training.Method, training.DataDigest.ToString(), training.Steps, training.NllBefore, training.NllAfter)
                : null,
        };
    }

    private static TensorFacts Describe(LordbaTensor tensor) =>
        new(tensor.Name, "lordba", [tensor.NIn, tensor.NOut], tensor.ByteLength) { Rank = tensor.Rank, OutBits = tensor.OutBits, InBits = tensor.InBits };

    private static TensorValues Values(LordbaTensor tensor, int count)
    {
        float[] m = new float[tensor.Rank], scaleOut = new float[tensor.NOut], scaleIn = new float[tensor.NIn];
        tensor.DecodeM(m);
        tensor.DecodeScaleOut(scaleOut);
        if (tensor.InBits > 0) tensor.DecodeScaleIn(scaleIn);
        return new TensorValues(tensor.Name, "lordba", [tensor.NIn, tensor.NOut])
        {
            Rank = tensor.Rank,
            M = First(m, count),
            ScaleOut = First(scaleOut, count),
            ScaleIn = tensor.InBits > 0 ? First(scaleIn, count) : null,
        };
    }
}
