using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Adapters.Binding;

/// <summary>One worker's shrinks of the linears that read one input.</summary>
/// <param name="group">These linears.</param>
/// <param name="x">[tokens][n_in]: the worker's tokens.</param>
/// <param name="row">Where the first token's z goes, in every slot of the scratch.</param>
/// <param name="worker">Whose scratch is used.</param>
/// <param name="scratch">The engine's.</param>
internal readonly struct ShrinkCall(InputGroup group, MatMulInput x, int row, int worker, AdapterScratch scratch)
{
    public InputGroup Group => group;
    public MatMulInput X => x;
    public int Row => row;
    public int Worker => worker;
    public AdapterScratch Scratch => scratch;
}
