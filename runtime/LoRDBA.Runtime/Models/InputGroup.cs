namespace LoRDBA.Runtime.Models;

/// <summary>
/// The linears that read one input: q, k and v; gate and up; any other alone. An input is quantized once for all of them, an adapter
/// shrinks
/// it once for all of them, and generated kernels fuse them.
/// </summary>
public sealed class InputGroup
{
    /// <summary>The most linears that read one input: q, k and v.</summary>
    internal const int MaxLinears = 3;

    private readonly Linear[] linears;

    internal InputGroup(int index, params Linear[] linears)
    {
        (Index, this.linears) = (index, linears);
        for (var i = 0; i < linears.Length; i++) linears[i].JoinInput(this, i);
    }

    /// <summary>Its place in <see cref="Model.Inputs"/>; -1 for the head of a model whose head is its embedding, which nothing
    /// adapts.</summary>
    public int Index { get; }

    /// <summary>Its linears, in the order of the forward pass.</summary>
    public ReadOnlySpan<Linear> Linears => linears;

    /// <summary>Width of the input.</summary>
    public int NIn => linears[0].NIn;

    /// <summary>The linear at a place of <see cref="Linears"/>.</summary>
    internal Linear this[int slot] => linears[slot];
}
