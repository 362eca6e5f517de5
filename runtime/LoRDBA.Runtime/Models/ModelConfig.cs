using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Kernels.Attention;

namespace LoRDBA.Runtime.Models;

/// <summary>The shapes and constants of a transformer, read from GGUF metadata (keys of the GGUF specification, section "LLM").</summary>
public sealed record ModelConfig
{
    /// <summary>No number here may be larger, nor the rows of a matrix more: what is read from a file is not multiplied beyond 32 bits.</summary>
    private const int MaxWidth = 1 << 24;

    private const string EmbeddingName = "token_embd.weight";

    /// <summary>general.architecture</summary>
    public required string Architecture { get; init; }

    /// <summary>general.name, or the file's name.</summary>
    public required string Name { get; init; }

    /// <summary>Tokens in the vocabulary: rows of the embedding.</summary>
    public required int NVocab { get; init; }

    /// <summary>embedding_length: the width of the residual stream.</summary>
    public required int NEmbd { get; init; }

    /// <summary>block_count</summary>
    public required int NLayer { get; init; }

    /// <summary>attention.head_count: query heads.</summary>
    public required int NHead { get; init; }

    /// <summary>attention.head_count_kv: key and value heads, each shared by n_head / n_head_kv query heads.</summary>
    public required int NHeadKv { get; init; }

    /// <summary>attention.key_length: the width of one head.</summary>
    public required int HeadDim { get; init; }

    /// <summary>feed_forward_length</summary>
    public required int NFf { get; init; }

    /// <summary>rope.dimension_count: leading elements of a head that are rotated.</summary>
    public required int RopeDim { get; init; }

    /// <summary>rope.freq_base</summary>
    public required float RopeFreqBase { get; init; }

    /// <summary>attention.layer_norm_rms_epsilon</summary>
    public required float RmsEps { get; init; }

    /// <summary>context_length: positions that the model was trained on.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Number of rotary tables that the layers turn by.</summary>
    internal int RopeTables { get; init; } = 1;

    /// <summary>The heads, as attention sees them.</summary>
    internal AttentionShape AttentionShape => new(NHead, NHeadKv, HeadDim);

    /// <summary>What a layer's attention does.</summary>
    internal AttentionRule AttentionOf(int layer) => new(MathF.Sqrt(HeadDim));

    /// <summary>What the architecture means for the forward pass.</summary>
    internal ModelFamily Family => ModelFamily.Of(Architecture, Name);

    /// <summary>Width of all query heads together.</summary>
    public int QueryDim => NHead * HeadDim;

    /// <summary>Width of all key heads, and of all value heads, together.</summary>
    public int KvDim => NHeadKv * HeadDim;

    /// <summary>Reads and checks the configuration of a model file.</summary>
    /// <exception cref="GgufException">A key is missing or of the wrong type.</exception>
    /// <exception cref="ModelException">The architecture is not supported, or the numbers contradict one another.</exception>
    public static ModelConfig FromGguf(GgufFile file)
    {
        var metadata = file.Metadata;
        var architecture = ModelFamily.Of(metadata.GetString("general.architecture"), file.Name).Name;

        int Int(string key, int? fallback = null)
        {
            var name = $"{architecture}.{key}";
            var value = fallback is { } known ? metadata.GetUInt32(name, (uint)known) : metadata.GetUInt32(name);
            if (value is 0 or > MaxWidth) throw new ModelException(ModelError.BadMetadata, file.Name, name, $"{name} is {value}; it must lie between 1 and {MaxWidth}.");
            return (int)value;
        }

        if (!file.TryGetTensor(EmbeddingName, out var embedding) || embedding.NDims != 2)
            throw new ModelException(ModelError.NoModel, file.Name, EmbeddingName, $"there is no matrix {EmbeddingName}, so this is no complete model (an adapter, or a vocabulary alone?).");
        if (embedding.Dim(1) > MaxWidth)
            throw new ModelException(ModelError.ShapeMismatch, file.Name, EmbeddingName, $"{EmbeddingName} has {embedding.Dim(1)} rows; at most {MaxWidth} are supported.");

        var nEmbd = Int("embedding_length");
        var nHead = Int("attention.head_count");
        var headDim = Int("attention.key_length", Math.Max(1, nEmbd / nHead));
        var config = new ModelConfig
        {
            Architecture = architecture,
            Name = metadata.Contains("general.name") ? metadata.GetString("general.name") : Path.GetFileNameWithoutExtension(file.Name),
            NVocab = (int)embedding.Dim(1),
            NEmbd = nEmbd,
            NLayer = Int("block_count"),
            NHead = nHead,
            NHeadKv = Int("attention.head_count_kv", nHead),
            HeadDim = headDim,
            NFf = Int("feed_forward_length"),
            RopeDim = Int("rope.dimension_count", headDim),
            RopeFreqBase = metadata.GetFloat32($"{architecture}.rope.freq_base", 10_000f),
            RmsEps = metadata.GetFloat32($"{architecture}.attention.layer_norm_rms_epsilon"),
            ContextLength = Int("context_length"),
        };
        config.Check(file);
        return config;
    }

    private void Check(GgufFile file)
    {
        void Require(bool condition, string key, string what)
        {
            if (!condition) throw new ModelException(ModelError.BadMetadata, file.Name, $"{Architecture}.{key}", $"{what}.");
        }

        // A false count costs nothing: each layer has tensors of its own, and no product may wrap to what the tensors have.
        Require(NLayer <= file.Tensors.Count, "block_count", $"{NLayer} layers cannot lie in {file.Tensors.Count} tensors");
        Require((long)NHead * HeadDim <= MaxWidth, "attention.head_count", $"{NHead} heads of {HeadDim} are wider than {MaxWidth}");
        Require(NHead % NHeadKv == 0, "attention.head_count_kv", $"{NHead} query heads cannot share {NHeadKv} key/value heads evenly");
        Require(RopeDim % 2 == 0 && RopeDim <= HeadDim, "rope.dimension_count", $"rope.dimension_count {RopeDim} must be even and at most the head width {HeadDim}");
        Require(float.IsFinite(RopeFreqBase) && RopeFreqBase > 0, "rope.freq_base", $"rope.freq_base {RopeFreqBase} must be positive");
        Require(float.IsFinite(RmsEps) && RmsEps >= 0, "attention.layer_norm_rms_epsilon", $"attention.layer_norm_rms_epsilon {RmsEps} must not be negative");
        Require(
            file.Metadata.GetUInt32($"{Architecture}.attention.value_length", (uint)HeadDim) == HeadDim, "attention.value_length",
            $"attention.value_length must be attention.key_length, {HeadDim}; other widths are not supported");
    }
}
