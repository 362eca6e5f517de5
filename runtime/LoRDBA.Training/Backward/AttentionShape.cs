namespace LoRDBA.Training.Backward;

/// <summary>The heads of an attention: n_head / n_head_kv neighbouring query heads share a key and a value head.</summary>
/// <param name="NHead">Query heads, a multiple of <paramref name="NHeadKv"/>.</param>
/// <param name="NHeadKv">Key and value heads.</param>
/// <param name="HeadDim">Numbers per head.</param>
public readonly record struct AttentionShape(int NHead, int NHeadKv, int HeadDim)
{
    /// <summary>Numbers per token in q, in o and in their gradients.</summary>
    public int QueryLength => NHead * HeadDim;

    /// <summary>Numbers per token in k, in v and in their gradients.</summary>
    public int KeyLength => NHeadKv * HeadDim;

    internal void Check()
    {
        if (NHead <= 0 || NHeadKv <= 0 || HeadDim <= 0 || NHead % NHeadKv != 0)
            throw new ArgumentException($"{NHead} query heads cannot share {NHeadKv} key heads of {HeadDim} numbers.");
    }
}
