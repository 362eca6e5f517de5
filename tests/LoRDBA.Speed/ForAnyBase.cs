using LoRDBA.Runtime.Kernels.Signs;

namespace LoRDBA.Speed;

/// <summary>The kernels of speed.shapes, which is the manifest of no one model, for whatever base has such shapes.</summary>
internal sealed class ForAnyBase(SignKernels set) : SignKernels
{
    /// <inheritdoc/>
    public override string Name => set.Name;

    /// <inheritdoc/>
    public override int LayoutVersion => set.LayoutVersion;

    /// <inheritdoc/>
    public override string? CannotRunHere => set.CannotRunHere;

    /// <inheritdoc/>
    public override ShrinkKernel? FindShrink(int nIn, int rank) => set.FindShrink(nIn, rank);

    /// <inheritdoc/>
    public override ExpandKernel? FindExpand(int nOut, int rank) => set.FindExpand(nOut, rank);
}
