namespace LoRDBA.Runtime.Kernels.Signs;

/// <summary>
/// A set of sign kernels. The source generator makes one from a manifest of shapes; an engine is handed it with
/// its options.
/// </summary>
public abstract class SignKernels
{
    /// <summary>What the set is called, for example HomeKernels.</summary>
    public abstract string Name { get; }

    /// <summary>The fingerprint of the base it was made for, 64 hexadecimal digits; null for any.</summary>
    public virtual string? BaseFingerprint => null;

    /// <summary>Why this processor cannot run the set at the speed it was made for; null if it can.</summary>
    public virtual string? CannotRunHere => null;

    /// <summary>The kernel for exactly this shape, or null.</summary>
    /// <param name="nIn">Inputs.</param>
    /// <param name="rank">Rows of S_A, of fused linears together.</param>
    public abstract ShrinkKernel? FindShrink(int nIn, int rank);

    /// <summary>The kernel for exactly this shape, or null.</summary>
    /// <param name="nOut">Outputs.</param>
    /// <param name="rank">Columns of S_B.</param>
    public abstract ExpandKernel? FindExpand(int nOut, int rank);
}
