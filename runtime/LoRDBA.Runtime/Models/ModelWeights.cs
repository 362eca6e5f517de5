using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Gguf;

namespace LoRDBA.Runtime.Models;

/// <summary>The weights of one transformer layer; norms are [n_embd] in float32.</summary>
internal sealed unsafe class LayerWeights
{
    /// <summary>Before attention, or null.</summary>
    public required float* AttentionNorm { get; init; }

    /// <summary>q, k and v.</summary>
    public required InputGroup QueryKeyValue { get; init; }

    /// <summary>[head_dim] for each query head, [query_dim] for all together, or null; see <see cref="QkNorm"/>.</summary>
    public required float* QueryNorm { get; init; }

    /// <summary>[head_dim] for each key head, [kv_dim] for all together, or null; see <see cref="QkNorm"/>.</summary>
    public required float* KeyNorm { get; init; }

    public required InputGroup AttentionOutput { get; init; }

    /// <summary>After attention, or null.</summary>
    public required float* AttentionPostNorm { get; init; }

    /// <summary>Before the feed-forward, or null.</summary>
    public required float* FeedForwardNorm { get; init; }

    /// <summary>gate and up.</summary>
    public required InputGroup GateUp { get; init; }

    public required InputGroup Down { get; init; }

    /// <summary>After the feed-forward, or null.</summary>
    public required float* FeedForwardPostNorm { get; init; }
}

/// <summary>
/// All weights of a model as views into the mapped file. Every tensor that the architecture names must be there with its
/// shape, and the file may hold no other: a tensor that the forward pass does not read would change the model's answers silently.
/// </summary>
internal sealed unsafe class ModelWeights
{
    /// <summary>[rope_dim / 2]: divisors of the rotary frequencies, in models that stretch them (see <see cref="RopeScaling"/>).</summary>
    public const string RopeFrequencies = "rope_freqs.weight";

    /// <summary>[rope_dim / 2] each: divisors of the rotary frequencies for contexts up to the first training's, and for longer ones.</summary>
    public const string ShortRopeFactors = "rope_factors_short.weight", LongRopeFactors = "rope_factors_long.weight";

    private readonly GgufFile file;
    private readonly ModelConfig config;
    private readonly ModelFamily family;
    private readonly HashSet<string> taken = [RopeFrequencies, ShortRopeFactors, LongRopeFactors];
    private readonly List<Linear> linears = [];
    private readonly List<InputGroup> inputs = [];
    private readonly Dictionary<string, Linear[]> fused = [];

    private ModelWeights(GgufFile file, ModelConfig config)
    {
        (this.file, this.config, family) = (file, config, config.Family);
        // Before the shapes: whoever took a format that cannot be read wants to know that first.
        foreach (var tensor in file.Tensors) file.FormatOf(tensor);
        Embedding = Matrix("token_embd.weight", index: -1, config.NEmbd, config.NVocab, config.NLayer, LinearKind.Output);
        Layers = [.. Enumerable.Range(0, config.NLayer).Select(Layer)];
        OutputNorm = Vector("output_norm.weight", config.NEmbd);
        HasOwnOutput = file.TryGetTensor("output.weight", out _);
        Output = HasOwnOutput ? Group(Adaptable("output", config.NEmbd, config.NVocab, config.NLayer, LinearKind.Output)) : new InputGroup(index: -1, Embedding);
        RefuseOthers();
    }

    /// <summary>token_embd: [n_vocab][n_embd], a row per token.</summary>
    public Linear Embedding { get; }

    /// <summary>[n_layer]</summary>
    public LayerWeights[] Layers { get; }

    /// <summary>[n_embd]</summary>
    public float* OutputNorm { get; }

    /// <summary>The head; the embedding itself where the two are tied.</summary>
    public InputGroup Output { get; }

    /// <summary>Whether the head is apart from the embedding.</summary>
    public bool HasOwnOutput { get; }

    /// <summary>What an adapter can adapt, in the order of the forward pass.</summary>
    public IReadOnlyList<Linear> Linears => linears;

    /// <summary>The inputs of these, in the order of the forward pass.</summary>
    public IReadOnlyList<InputGroup> Inputs => inputs;

    /// <summary>The linears that share a tensor, one below the other, by the tensor's name; see <see cref="ModelFamily.FusesInputs"/>.</summary>
    public IReadOnlyDictionary<string, Linear[]> Fused => fused;

    /// <exception cref="ModelException">A tensor is missing, has another shape, or is not of this architecture.</exception>
    /// <exception cref="GgufException">A tensor's block format cannot be read.</exception>
    public static ModelWeights FromGguf(GgufFile file, ModelConfig config) => new(file, config);

    private LayerWeights Layer(int layer)
    {
        Linear Block(string name, int nIn, int nOut, LinearKind kind, bool withBias = false) => Adaptable($"blk.{layer}.{name}", nIn, nOut, layer, kind, withBias || MayHaveBias($"blk.{layer}.{name}"));
        float* Norm(string name, bool isThere, int length) => isThere ? Vector($"blk.{layer}.{name}.weight", length) : null;
        float* HeadNorm(string name, int row) => Norm(name, family.QkNorm != QkNorm.None, family.QkNorm == QkNorm.Rows ? row : config.HeadDim);
        float* BlockNorm(string name, BlockNorms place) => Norm(name, family.Norms.HasFlag(place), config.NEmbd);

        var biased = family.HasQkvBias;
        return new LayerWeights
        {
            AttentionNorm = BlockNorm("attn_norm", BlockNorms.Before),
            QueryKeyValue = family.FusesInputs
                ? FusedGroup(layer, "attn_qkv", ("attn_q", config.QueryDim, LinearKind.Query), ("attn_k", config.KvDim, LinearKind.Key), ("attn_v", config.KvDim, LinearKind.Value))
                : Group(
                    Block("attn_q", config.NEmbd, config.QueryDim, LinearKind.Query, biased),
                    Block("attn_k", config.NEmbd, config.KvDim, LinearKind.Key, biased),
                    Block("attn_v", config.NEmbd, config.KvDim, LinearKind.Value, biased)),
            QueryNorm = HeadNorm("attn_q_norm", config.QueryDim),
            KeyNorm = HeadNorm("attn_k_norm", config.KvDim),
            AttentionOutput = Group(Block("attn_output", config.QueryDim, config.NEmbd, LinearKind.AttentionOutput)),
            AttentionPostNorm = BlockNorm("post_attention_norm", BlockNorms.After),
            FeedForwardNorm = BlockNorm("ffn_norm", BlockNorms.Before),
            GateUp = family.FusesInputs
                ? FusedGroup(layer, "ffn_up", ("ffn_gate", config.NFf, LinearKind.Gate), ("ffn_up", config.NFf, LinearKind.Up))
                : Group(Block("ffn_gate", config.NEmbd, config.NFf, LinearKind.Gate), Block("ffn_up", config.NEmbd, config.NFf, LinearKind.Up)),
            Down = Group(Block("ffn_down", config.NFf, config.NEmbd, LinearKind.Down)),
            FeedForwardPostNorm = BlockNorm("post_ffw_norm", BlockNorms.After),
        };
    }

    /// <summary>Models of some families have biases although the family's first ones had none.</summary>
    private bool MayHaveBias(string name) => family.MayHaveBiases && file.TryGetTensor($"{name}.bias", out _);

    private Linear Adaptable(string name, int nIn, int nOut, int layer, LinearKind kind, bool withBias = false)
    {
        var linear = Matrix($"{name}.weight", linears.Count, nIn, nOut, layer, kind, withBias ? Vector($"{name}.bias", nOut) : null);
        linears.Add(linear);
        return linear;
    }

    /// <summary>
    /// Linears whose rows lie one below the other in one tensor, [n_embd → the sum of their n_out]; each has the name that it has in other
    /// families.
    /// </summary>
    private InputGroup FusedGroup(int layer, string name, params ReadOnlySpan<(string Name, int NOut, LinearKind Kind)> members)
    {
        var (total, first) = (0, 0);
        foreach (var member in members) total += member.NOut;
        var tensor = Take($"blk.{layer}.{name}.weight", config.NEmbd, total);
        var format = file.FormatOf(tensor);
        var parts = new Linear[members.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            var (part, nOut, kind) = members[i];
            var data = file.Data(tensor) + first * format.BytesFor(config.NEmbd);
            parts[i] = new Linear($"blk.{layer}.{part}.weight", linears.Count, layer, kind, config.NEmbd, nOut, format, data, bias: null);
            linears.Add(parts[i]);
            first += nOut;
        }
        fused.Add(tensor.Name, parts);
        return Group(parts);
    }

    private InputGroup Group(params Linear[] members)
    {
        var group = new InputGroup(inputs.Count, members);
        inputs.Add(group);
        return group;
    }

    private Linear Matrix(string name, int index, int nIn, int nOut, int layer, LinearKind kind, float* bias = null)
    {
        var tensor = Take(name, nIn, nOut);
        return new Linear(name, index, layer, kind, nIn, nOut, file.FormatOf(tensor), file.Data(tensor), bias);
    }

    /// <summary>The weights of a norm, or a bias: one dimension, which every GGUF file keeps in float32.</summary>
    private float* Vector(string name, int length)
    {
        var tensor = Take(name, length);
        if (tensor.Type != GgmlType.F32) throw new ModelException(ModelError.BadTensorType, file.Name, name, $"{name} is stored as {tensor.Type}; norms and biases must be F32.");
        return (float*)file.Data(tensor);
    }

    private GgufTensor Take(string name, params ReadOnlySpan<int> shape)
    {
        if (!file.TryGetTensor(name, out var tensor)) throw new ModelException(ModelError.MissingTensor, file.Name, name, $"the tensor {name} is missing.");
        // Some converters write a norm as a matrix of one row.
        var fits = true;
        for (var i = 0; i < GgufTensor.MaxDims; i++) fits &= tensor.Dim(i) == (i < shape.Length ? shape[i] : 1);
        if (!fits)
        {
            var found = string.Join(" x ", Enumerable.Range(0, tensor.NDims).Select(i => tensor.Dim(i)));
            throw new ModelException(ModelError.ShapeMismatch, file.Name, name, $"{name} has the shape {found}; the metadata asks for {string.Join(" x ", shape.ToArray())}.");
        }
        taken.Add(name);
        return tensor;
    }

    private void RefuseOthers()
    {
        foreach (var tensor in file.Tensors)
            if (!taken.Contains(tensor.Name))
                throw new ModelException(ModelError.UnknownTensor, file.Name, tensor.Name, $"the tensor {tensor.Name} is no part of the {config.Architecture} architecture as it is supported here.");
    }
}
