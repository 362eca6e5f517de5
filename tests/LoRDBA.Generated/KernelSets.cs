using System.IO.Hashing;
using LoRDBA.Runtime.Kernels;

namespace LoRDBA.Generated;

/// <summary>The kernels of a set, one by one, and the golden value of all.</summary>
internal static class KernelSets
{
    /// <summary>All lengths of panels up to 33 tokens.</summary>
    public static readonly int[] EveryPanel = [.. Enumerable.Range(1, 33)];

    /// <summary>Lengths for a slow machine: a single token, pairs, a pair and one, the longest.</summary>
    public static readonly int[] SomePanels = [1, 2, 3, 8, 33];

    /// <summary>All down kernels of a set.</summary>
    public static IEnumerable<DownKernel> Down(SignKernels set) =>
        from width in ShapeManifests.Widths from rank in Enumerable.Range(1, 192) let kernel = set.FindDown(width, rank) where kernel is not null select kernel;

    /// <summary>All up kernels of a set.</summary>
    public static IEnumerable<UpKernel> Up(SignKernels set) =>
        from width in ShapeManifests.Widths from rank in Enumerable.Range(1, 64) let kernel = set.FindUp(width, rank) where kernel is not null select kernel;

    /// <summary>Checks every kernel of a set.</summary>
    /// <param name="set">The set.</param>
    /// <param name="panels">Lengths of panels.</param>
    /// <returns>How many there are, and the hash of their outputs.</returns>
    /// <exception cref="KernelMismatchException">A kernel differs from its twin.</exception>
    public static (int Kernels, ulong Golden) Check(SignKernels set, int[] panels)
    {
        var golden = new XxHash64();
        var count = 0;
        foreach (var kernel in Down(set))
        {
            KernelCheck.Down(kernel, golden, panels);
            count++;
        }
        foreach (var kernel in Up(set))
        {
            KernelCheck.Up(kernel, golden, panels);
            count++;
        }
        return (count, golden.GetCurrentHashAsUInt64());
    }
}
