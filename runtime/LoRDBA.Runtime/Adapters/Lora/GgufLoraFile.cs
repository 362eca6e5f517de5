using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Adapters.Lora;

/// <summary>The two factors of one weight, in the file.</summary>
/// <param name="Weight">The weight that they adapt, for example blk.0.attn_q.weight.</param>
/// <param name="A">[rank][n_in]</param>
/// <param name="B">[n_out][rank]</param>
/// <param name="Scaling">What their product is multiplied with: alpha / rank.</param>
public sealed record GgufLoraPair(string Weight, GgufTensor A, GgufTensor B, float Scaling)
{
    /// <summary>Width of the bottleneck.</summary>
    public int Rank => (int)A.Dim(1);
}

/// <summary>A LoRA as llama.cpp reads and writes it: a GGUF file with two tensors a weight. Sound in itself, no model is asked
/// yet.</summary>
public sealed class GgufLoraFile : SharedResource
{
    private GgufLoraFile(GgufFile file)
    {
        File = file;
        file.RefuseTrailingBytes();
        var metadata = file.Metadata;
        Architecture = metadata.GetString(GgufLoraKeys.Architecture);
        var type = metadata.GetString(GgufLoraKeys.AdapterType);
        Require(type == GgufLoraKeys.AdapterTypeValue, AdapterError.Unsupported, GgufLoraKeys.AdapterType, $"'{type}' is not supported; {GgufLoraKeys.AdapterTypeValue} and {LordbaKeys.AdapterTypeValue} are.");
        Require(!metadata.Contains(GgufLoraKeys.InvocationTokens), AdapterError.Unsupported, GgufLoraKeys.InvocationTokens, "an adapter that acts from certain tokens on is not supported.");
        HasAlpha = metadata.Contains(GgufLoraKeys.Alpha);
        Alpha = HasAlpha ? metadata.GetFloat32(GgufLoraKeys.Alpha) : 0;
        Require(float.IsFinite(Alpha), AdapterError.BadMetadata, GgufLoraKeys.Alpha, $"it is {Alpha}, which is not finite.");
        Require(file.Length <= int.MaxValue, AdapterError.BadContainer, "file", $"it has {file.Length} bytes; an adapter has fewer than 2^31.");
        Pairs = FindPairs();
    }

    /// <summary>The GGUF file.</summary>
    public GgufFile File { get; }

    /// <summary>The base's.</summary>
    public string Architecture { get; }

    /// <summary>adapter.lora.alpha; 0 where it is absent. With 0 the product of the factors is taken as it is.</summary>
    public float Alpha { get; }

    /// <summary>What a user should know although the file is sound; null for nothing.</summary>
    public string? Notice => HasAlpha && Alpha == 0 ? $"{File.Name}: {GgufLoraKeys.Alpha} is 0: the product of the factors is taken as it is, as in llama.cpp." : null;

    private bool HasAlpha { get; }

    /// <summary>One per adapted weight, in the order of their A.</summary>
    public IReadOnlyList<GgufLoraPair> Pairs { get; }

    /// <summary>What the file is called in its metadata, or else on the disk.</summary>
    public string Name => File.Metadata.TryGetString("general.name", out var name) ? name : Path.GetFileNameWithoutExtension(File.Name);

    /// <summary>Whether a GGUF file says that it is an adapter of any kind.</summary>
    public static bool IsAdapter(GgufFile file) => file.Metadata.TryGetString(GgufLoraKeys.Type, out var type) && type == GgufLoraKeys.TypeValue;

    /// <summary>Whether a GGUF file says that it is one of these; whether it is sound is another question.</summary>
    public static bool IsLora(GgufFile file) =>
        IsAdapter(file) && file.Metadata.TryGetString(GgufLoraKeys.AdapterType, out var type) && type == GgufLoraKeys.AdapterTypeValue;

    /// <summary>Takes over an open GGUF file, also if it is refused.</summary>
    /// <exception cref="GgufException">A key is missing or has another type.</exception>
    /// <exception cref="AdapterException">It is no sound LoRA, or of a kind that is not supported.</exception>
    /// <exception cref="ObjectDisposedException">The file is disposed, or was taken over before.</exception>
    public static GgufLoraFile From(GgufFile file)
    {
        file.TakeOver();
        try
        {
            return new GgufLoraFile(file);
        }
        catch
        {
            file.Release();
            throw;
        }
    }

    /// <summary>The values of one of the tensors, in storage order.</summary>
    /// <exception cref="AdapterException">One is not finite.</exception>
    public float[] Values(in GgufTensor tensor)
    {
        var values = new float[checked((int)tensor.ElementCount)];
        File.FormatOf(tensor).Dequantize(File.Span(tensor), values);
        var at = Array.FindIndex(values, value => !float.IsFinite(value));
        Require(at < 0, AdapterError.NonFiniteValue, tensor.Name, at < 0 ? "" : $"element {at} is {values[at]}.");
        return values;
    }

    /// <summary>SHA-256 of the file.</summary>
    public Sha256Digest Digest() => File.Digest();

    private protected override void Free() => File.Release();

    private List<GgufLoraPair> FindPairs()
    {
        Require(File.Tensors.Count > 0, AdapterError.NoTensors, "tensors", "there is none, so the adapter would do nothing.");
        var pairs = new List<GgufLoraPair>();
        foreach (var tensor in File.Tensors)
        {
            var isA = tensor.Name.EndsWith(GgufLoraKeys.SuffixA, StringComparison.Ordinal);
            Require(isA || tensor.Name.EndsWith(GgufLoraKeys.SuffixB, StringComparison.Ordinal), AdapterError.UnknownTensor, tensor.Name,
                $"it is no factor of a LoRA: WEIGHT{GgufLoraKeys.SuffixA} and WEIGHT{GgufLoraKeys.SuffixB} are expected. DoRA and adapted norms are not supported.");
            var weight = tensor.Name[..^GgufLoraKeys.SuffixA.Length];
            var found = File.TryGetTensor(weight + (isA ? GgufLoraKeys.SuffixB : GgufLoraKeys.SuffixA), out var other);
            Require(found, AdapterError.MissingPair, weight, $"{(isA ? "lora_b" : "lora_a")} is missing.");
            if (isA) pairs.Add(ToPair(weight, tensor, other));
        }
        return pairs;
    }

    private GgufLoraPair ToPair(string weight, in GgufTensor a, in GgufTensor b)
    {
        var rank = a.Dim(1);
        Require(a.NDims <= 2 && b.NDims <= 2 && b.Dim(0) == rank, AdapterError.ShapeMismatch, weight, $"{a} and {b} must be [n_in, r] and [r, n_out].");
        Require(rank <= LoraFactors.MaxRank, AdapterError.BadRank, weight, $"the rank is {rank}; at most {LoraFactors.MaxRank} is supported.");
        return new GgufLoraPair(weight, a, b, Alpha == 0 ? 1 : (float)((double)Alpha / rank));
    }

    private void Require(bool condition, AdapterError error, string field, string message)
    {
        if (!condition) throw new AdapterException(error, File.Name, field, message);
    }
}
