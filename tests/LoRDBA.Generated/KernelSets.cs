using System.IO.Hashing;
using LoRDBA.Runtime.Kernels.Signs;

namespace LoRDBA.Generated;

/// <summary>The kernels of a set, one by one, and the golden value of all.</summary>
internal static class KernelSets
{
    /// <summary>All lengths of batches up to 33 tokens.</summary>
    public static readonly int[] EveryBatch = [.. Enumerable.Range(1, 33)];

    /// <summary>Lengths for a slow machine: a single token, pairs, a pair and one, the longest.</summary>
    public static readonly int[] SomeBatches = [1, 2, 3, 8, 33];

    /// <summary>All shrink kernels of a set.</summary>
    public static IEnumerable<ShrinkKernel> Shrink(SignKernels set) =>
        from width in ShapeManifests.Widths from rank in Enumerable.Range(1, SignLayout.MaxGeneratedRank) let kernel = set.FindShrink(width, rank) where kernel is not null select kernel;

    /// <summary>All expand kernels of a set.</summary>
    public static IEnumerable<ExpandKernel> Expand(SignKernels set) =>
        from width in ShapeManifests.Widths from rank in Enumerable.Range(1, 64) let kernel = set.FindExpand(width, rank) where kernel is not null select kernel;

    /// <summary>Checks every kernel of a set.</summary>
    /// <param name="set">The set.</param>
    /// <param name="batches">Lengths of batches.</param>
    /// <returns>How many there are, and the hash of their outputs.</returns>
    /// <exception cref="KernelMismatchException">A kernel differs from its twin.</exception>
    public static (int Kernels, ulong Golden) Check(SignKernels set, int[] batches)
    {
        var golden = new XxHash64();
        var count = 0;
        foreach (var kernel in Shrink(set))
        {
            KernelCheck.Shrink(kernel, golden, batches);
            count++;
        }
        foreach (var kernel in Expand(set))
        {
            KernelCheck.Expand(kernel, golden, batches);
            count++;
        }
        return (count, golden.GetCurrentHashAsUInt64());
    }
}
