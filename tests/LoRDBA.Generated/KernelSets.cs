using System.IO.Hashing;
using LoRDBA.Runtime.Kernels;

namespace LoRDBA.Generated;

/// <summary>The kernels of a set, one by one, and the golden value of all.</summary>
internal static class KernelSets
{
    private static readonly int[] Widths = [128, 192, 512, 576, 896, 1024, 1536, 2048, 3072, 4864, 8192];

    /// <summary>The panels that a check of every shape runs; the shape with every rank gets every length.</summary>
    private static readonly int[] SomePanels = [1, 2, 3, 8, 33];

    /// <summary>All down kernels of a set.</summary>
    public static IEnumerable<DownKernel> Down(SignKernels set) =>
        from width in Widths from rank in Enumerable.Range(1, 192) let kernel = set.FindDown(width, rank) where kernel is not null select kernel;

    /// <summary>All up kernels of a set.</summary>
    public static IEnumerable<UpKernel> Up(SignKernels set) =>
        from width in Widths from rank in Enumerable.Range(1, 64) let kernel = set.FindUp(width, rank) where kernel is not null select kernel;

    /// <summary>Checks every kernel of a set.</summary>
    /// <returns>How many there are, and the hash of their outputs.</returns>
    /// <exception cref="KernelMismatchException">A kernel differs from its twin.</exception>
    public static (int Kernels, ulong Golden) Check(SignKernels set)
    {
        var golden = new XxHash64();
        var count = 0;
        foreach (var kernel in Down(set))
        {
            KernelCheck.Down(kernel, golden, kernel.NIn == 576 ? Enumerable.Range(1, 33) : SomePanels);
            count++;
        }
        foreach (var kernel in Up(set))
        {
            KernelCheck.Up(kernel, golden, kernel.NOut == 192 ? Enumerable.Range(1, 33) : SomePanels);
            count++;
        }
        return (count, golden.GetCurrentHashAsUInt64());
    }
}
