using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Adapters.Binding;

/// <summary>One worker's shrink products of the linears that read one input.</summary>
/// <param name="first">The first of these linears; the others follow it in the model's list.</param>
/// <param name="count">How many linears.</param>
/// <param name="x">[tokens][n_in]: the worker's tokens.</param>
/// <param name="row">Where the first token's z goes, in every slot of the memory.</param>
/// <param name="worker">Whose scratch memory is used.</param>
/// <param name="memory">The lane's memory.</param>
/// <param name="kernels">The kernels of sign branches; null for float32.</param>
internal readonly struct ShrinkCall(Linear first, int count, MatMulInput x, int row, int worker, LaneMemory memory, KernelChoice? kernels)
{
    public Linear First => first;
    public int Count => count;
    public MatMulInput X => x;
    public int Row => row;
    public int Worker => worker;
    public LaneMemory Memory => memory;
    public KernelChoice? Kernels => kernels;
}
