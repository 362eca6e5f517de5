namespace LoRDBA.Runtime.Kernels.Signs;

/// <summary>
/// A set of sign kernels. The source generator makes one from a manifest of shapes; an engine is handed it with
/// its options.
/// </summary>
public abstract class SignKernels
{
    /// <summary>What the set is called, for example HomeKernels.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// The layout of memory that the kernels are written for: <see cref="SignLayout.Version"/> as it was when the set was generated.
    /// A set of another layout than the runtime's is refused.
    /// </summary>
    public abstract int LayoutVersion { get; }

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

    /// <summary>Why the set cannot serve a base in this process, in one sentence; null if it can.</summary>
    /// <param name="baseName">For the sentence.</param>
    /// <param name="baseFingerprint">64 hexadecimal digits.</param>
    internal string? WhyRefused(string baseName, string baseFingerprint)
    {
        // First: a set of another layout would give wrong answers, whatever else it says.
        if (LayoutVersion != SignLayout.Version)
            return $"{Name} was generated for memory layout {LayoutVersion}, and this LoRDBA.Runtime has layout {SignLayout.Version}: "
                + "build the project that generates the set again, with LoRDBA.Generator of the runtime's version.";
        if (CannotRunHere is { } reason) return $"{Name}: {reason}";
        if (BaseFingerprint is { } made && made != baseFingerprint)
            return $"{Name} was generated for another base (fingerprint {made[..12]}) than {baseName} ({baseFingerprint[..12]}): "
                + "write its manifest anew with `lordba manifest` and build again.";
        return null;
    }
}
