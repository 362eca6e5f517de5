namespace LoRDBA.Runtime.Kernels.Attention;

/// <summary>The heads of attention.</summary>
/// <param name="NHead">Query heads.</param>
/// <param name="NHeadKv">Key/value heads, each shared by n_head / n_head_kv query heads.</param>
/// <param name="HeadDim">Width of a head.</param>
internal readonly record struct AttentionShape(int NHead, int NHeadKv, int HeadDim)
{
    /// <summary>Query heads that share a key/value head.</summary>
    public int Group => NHead / NHeadKv;
}

/// <summary>What a layer's attention does beyond the softmax of q · k.</summary>
/// <param name="Divisor">What q · k is divided by; sqrt(head_dim) in most families (arXiv 1706.03762, equation 1).</param>
/// <param name="SoftCap">c of c · tanh(score / c), which keeps scores within ±c (arXiv 2408.00118, section 2); 0 for none.</param>
/// <param name="Window">Positions that a token sees, its own among them (arXiv 2004.05150, section 3.1); 0 for all before it.</param>
internal readonly record struct AttentionRule(float Divisor, float SoftCap = 0, int Window = 0)
{
    /// <summary>The first position that the token at <paramref name="position"/> sees.</summary>
    public int FirstVisible(int position) => Window == 0 ? 0 : Math.Max(0, position + 1 - Window);
}
