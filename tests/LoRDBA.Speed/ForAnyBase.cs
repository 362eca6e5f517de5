using LoRDBA.Runtime.Kernels;

namespace LoRDBA.Speed;

/// <summary>The kernels of speed.shapes, which is the manifest of no one model, for whatever base has such shapes.</summary>
internal sealed class ForAnyBase(SignKernels set) : SignKernels
{
    /// <inheritdoc/>
    public override string Name => set.Name;

    /// <inheritdoc/>
    public override string? CannotRunHere => set.CannotRunHere;

    /// <inheritdoc/>
    public override DownKernel? FindDown(int nIn, int rank) => set.FindDown(nIn, rank);

    /// <inheritdoc/>
    public override UpKernel? FindUp(int nOut, int rank) => set.FindUp(nOut, rank);
}
