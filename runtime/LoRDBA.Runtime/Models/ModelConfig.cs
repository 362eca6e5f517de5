using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Kernels.Attention;

namespace LoRDBA.Runtime.Models;

/// <summary>The shapes and constants of a transformer, read from GGUF metadata (keys of the GGUF specification, section "LLM").</summary>
public sealed record ModelConfig
{
    /// <summary>No number here may be larger, nor the rows of a matrix more: what is read from a file is not multiplied beyond 32
    /// bits.</summary>
    private const int MaxWidth = 1 << 24;

    private const string EmbeddingName = "token_embd.weight";

    private readonly ModelFamily? family;

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

    /// <summary>context_length: positions that the model was trained on; 2^24 if the file says 0.</summary>
    public required int ContextLength { get; init; }

    /// <summary>What the architecture means for the forward pass.</summary>
    internal ModelFamily Family { get => family ?? ModelFamily.Of(Architecture, Name); init => family = value; }

    /// <summary>What embeddings are multiplied by.</summary>
    internal float EmbeddingScale { get; init; } = 1;

    /// <summary>What q · k is divided by; null for sqrt(head_dim).</summary>
    internal float? AttentionDivisor { get; init; }

    /// <summary>What a block's output is multiplied by before it goes to the residual stream.</summary>
    internal float ResidualScale { get; init; } = 1;

    /// <summary>What logits are multiplied by.</summary>
    internal float LogitScale { get; init; } = 1;

    /// <summary>The bound of attention's scores; 0 for none.</summary>
    internal float AttentionSoftCap { get; init; }

    /// <summary>The bound of the logits; 0 for none.</summary>
    internal float LogitSoftCap { get; init; }

    /// <summary>Positions that a layer with a window sees; 0 if no layer has one.</summary>
    internal int Window { get; init; }

    /// <summary>The last of so many layers has no window.</summary>
    internal int WindowPeriod { get; init; }

    /// <summary>The rotary base of the layers with a window; null for that of the others.</summary>
    internal float? WindowedRopeBase { get; init; }

    /// <summary>Number of rotary tables that the layers turn by.</summary>
    internal int RopeTables => WindowedRopeBase is null ? 1 : 2;

    /// <summary>The heads, as attention sees them.</summary>
    internal AttentionShape AttentionShape => new(NHead, NHeadKv, HeadDim);

    /// <summary>What a layer's attention does.</summary>
    internal AttentionRule AttentionOf(int layer) => new(AttentionDivisor ?? MathF.Sqrt(HeadDim), AttentionSoftCap, IsWindowed(layer) ? Window : 0);

    /// <summary>Which rotary table a layer turns by; null for none.</summary>
    internal int? RopeTableOf(int layer) => IsLastOf(Family.NoRopePeriod, layer) ? null : WindowedRopeBase is not null && IsWindowed(layer) ? 1 : 0;

    private bool IsWindowed(int layer) => Window > 0 && !IsLastOf(WindowPeriod, layer);

    private static bool IsLastOf(int period, int layer) => period > 0 && (layer + 1) % period == 0;

    /// <summary>Width of all query heads together.</summary>
    public int QueryDim => NHead * HeadDim;

    /// <summary>Width of all key heads, and of all value heads, together.</summary>
    public int KvDim => NHeadKv * HeadDim;

    /// <summary>Reads and checks the configuration of a model file.</summary>
    /// <exception cref="GgufException">A key is missing or of the wrong type.</exception>
    /// <exception cref="ModelException">The architecture is not supported, or the numbers contradict one another.</exception>
    public static ModelConfig FromGguf(GgufFile file) => FromGguf(file, given: null, notices: []);

    /// <summary>The same for a family that is no row of the table; null for the row that the file names.</summary>
    /// <param name="file">The model.</param>
    /// <param name="given">The family.</param>
    /// <param name="notices">Receives what had to be guessed.</param>
    internal static ModelConfig FromGguf(GgufFile file, ModelFamily? given, List<string> notices)
    {
        var metadata = file.Metadata;
        var family = given ?? ModelFamily.Of(metadata.GetString("general.architecture"), file.Name);
        var architecture = family.Name;

        int Int(string key, int? fallback = null)
        {
            var name = $"{architecture}.{key}";
            var value = fallback is { } known && !metadata.Contains(name) ? (uint)known : ForAllLayers(file, name);
            if (value is 0 or > MaxWidth) throw new ModelException(ModelError.BadMetadata, file.Name, name, $"{name} is {value}; it must lie between 1 and {MaxWidth}.");
            return (int)value;
        }

        // Only what the family has; ModelKeys refuses what another family's key would change.
        float Optional(FamilyKeys own, string key, float fallback)
        {
            if (!family.Keys.HasFlag(own)) return fallback;
            var name = $"{architecture}.{key}";
            if (!metadata.Contains(name)) return fallback;
            var value = metadata.GetFloat32(name);
            if (!float.IsFinite(value) || value <= 0) throw new ModelException(ModelError.BadMetadata, file.Name, name, $"{name} is {value}; it must be positive.");
            return value;
        }

        if (!file.TryGetTensor(EmbeddingName, out var embedding) || embedding.Rank > 2)
            throw new ModelException(ModelError.NoModel, file.Name, EmbeddingName, $"there is no matrix {EmbeddingName}, so this is no complete model (an adapter, or a vocabulary alone?).");
        if (embedding.Dim(1) > MaxWidth)
            throw new ModelException(ModelError.ShapeMismatch, file.Name, EmbeddingName, $"{EmbeddingName} has {embedding.Dim(1)} rows; at most {MaxWidth} are supported.");

        var nEmbd = Int("embedding_length");
        var nHead = Int("attention.head_count");
        var headDim = Int("attention.key_length", Math.Max(1, nEmbd / nHead));
        var nLayer = Int("block_count");
        var freqBase = metadata.GetFloat32($"{architecture}.rope.freq_base", 10_000f);
        var attentionScale = Optional(FamilyKeys.AttentionScale, "attention.scale", 0);
        const string PatternKey = "attention.sliding_window_pattern";
        var hasWindow = family.WindowPeriod > 0 && metadata.Contains($"{architecture}.attention.sliding_window");
        var config = new ModelConfig
        {
            Family = family,
            Architecture = architecture,
            Name = metadata.Contains("general.name") ? metadata.GetString("general.name") : Path.GetFileNameWithoutExtension(file.Name),
            NVocab = (int)embedding.Dim(1),
            NEmbd = nEmbd,
            NLayer = nLayer,
            NHead = nHead,
            NHeadKv = Int("attention.head_count_kv", nHead),
            HeadDim = headDim,
            NFf = Int("feed_forward_length"),
            RopeDim = Int("rope.dimension_count", headDim),
            RopeFreqBase = freqBase,
            RmsEps = metadata.GetFloat32($"{architecture}.attention.layer_norm_rms_epsilon"),
            ContextLength = ContextOf(file, $"{architecture}.context_length", notices),
            EmbeddingScale = family.ScalesEmbeddingByWidth ? MathF.Sqrt(nEmbd) : Optional(FamilyKeys.EmbeddingScale, "embedding_scale", 1),
            AttentionDivisor = nLayer == family.WideDivisorLayers ? MathF.Sqrt((float)nEmbd / nHead) : attentionScale > 0 ? 1 / attentionScale : null,
            ResidualScale = Optional(FamilyKeys.ResidualScale, "residual_scale", 1),
            LogitScale = 1 / Optional(FamilyKeys.LogitScale, "logit_scale", 1),
            AttentionSoftCap = Optional(FamilyKeys.AttentionSoftCap, "attn_logit_softcapping", 0),
            LogitSoftCap = Optional(FamilyKeys.LogitSoftCap, "final_logit_softcapping", 0),
            Window = hasWindow ? Int("attention.sliding_window") : 0,
            WindowPeriod = !hasWindow ? 0 : metadata.Contains($"{architecture}.{PatternKey}") ? Int(PatternKey) : family.WindowPeriod,
            WindowedRopeBase = hasWindow && family.HasWindowedRope
                ? metadata.GetFloat32($"{architecture}.rope.freq_base_swa", family.WindowedRopeBase > 0 ? family.WindowedRopeBase : freqBase)
                : null,
        };
        config.Check(file);
        ModelKeys.Check(file, config, notices);
        return config;
    }

    /// <summary>
    /// A number of the whole model. Some files have an array of it, one for each layer: that is the same if all are equal.
    /// </summary>
    private static uint ForAllLayers(GgufFile file, string key)
    {
        var value = file.Metadata[key];
        if (value.Type != GgufValueType.Array) return file.Metadata.GetUInt32(key);
        if (value.Count == 0 || value.Count > file.Tensors.Count)
            throw new ModelException(ModelError.BadMetadata, file.Name, key, $"{key} has {value.Count} elements; one for each layer is needed.");
        var numbers = file.Metadata.GetNumbers(key);
        if (Array.Exists(numbers, number => number != numbers[0]))
            throw new ModelException(ModelError.BadMetadata, file.Name, key, $"{key} is {value}: layers of different shapes are not supported.");
        return numbers[0] is >= 0 and <= uint.MaxValue && numbers[0] == Math.Floor(numbers[0])
            ? (uint)numbers[0]
            : throw new ModelException(ModelError.BadMetadata, file.Name, key, $"{key} is {value}; it must hold counts.");
    }

    /// <summary>Some files say 0 where their converter did not know it.</summary>
    private static int ContextOf(GgufFile file, string key, List<string> notices)
    {
        var length = file.Metadata.GetUInt32(key);
        if (length > MaxWidth) throw new ModelException(ModelError.BadMetadata, file.Name, key, $"{key} is {length}; it must lie between 0 and {MaxWidth}.");
        if (length > 0) return (int)length;
        notices.Add($"{key} is 0. How many positions the model was trained on is not known, so nothing bounds a context but memory.");
        return MaxWidth;
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
        Require(WindowedRopeBase is not { } own || (float.IsFinite(own) && own > 0), "rope.freq_base_swa", $"rope.freq_base_swa {WindowedRopeBase} must be positive");
        // llama.cpp reads this key of granite alone as "turns heads at all".
        Require(
            Architecture != "granite" || file.Metadata.GetBool("granite.rope.scaling.finetuned", true), "rope.scaling.finetuned",
            "granite.rope.scaling.finetuned is false: a granite without rotation is not supported");
        Require(float.IsFinite(RmsEps) && RmsEps >= 0, "attention.layer_norm_rms_epsilon", $"attention.layer_norm_rms_epsilon {RmsEps} must not be negative");
        Require(
            file.Metadata.GetUInt32($"{Architecture}.attention.value_length", (uint)HeadDim) == HeadDim, "attention.value_length",
            $"attention.value_length must be attention.key_length, {HeadDim}; other widths are not supported");
    }
}
