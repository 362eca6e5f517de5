using System.IO.Hashing;
using System.Runtime.InteropServices;
using LoRDBA.Runtime.Kernels.Signs;
using LoRDBA.Runtime.Tests.Kernels.Signs;

namespace LoRDBA.Generated;

/// <summary>What a kernel got wrong.</summary>
internal sealed class KernelMismatchException(string message) : Exception(message);

/// <summary>
/// Runs one kernel on guarded memory, for batches of 1 to 33 tokens, against its scalar twin, to the last bit; and the generic kernel of its shape. The golden value is a hash of
/// all that came out: it is the same for every path and machine.
/// </summary>
internal static class KernelCheck
{
    private const int MostTokens = 33;
    private const float Weight = 0.75f;

    /// <summary>Checks a shrink kernel.</summary>
    /// <exception cref="KernelMismatchException">It differs from its twin, or allocates.</exception>
    public static void Shrink(ShrinkKernel kernel, XxHash64 golden, int[] batches)
    {
        using var whole = SignCase.Shrink(kernel.NIn, kernel.Rank, MostTokens, seed: kernel.NIn + kernel.Rank);
        var expected = whole.RunScalar(new GenericShrink(kernel.NIn, kernel.Rank));
        golden.Append(MemoryMarshal.AsBytes(expected.AsSpan()));
        if (!whole.Run(new GenericShrink(kernel.NIn, kernel.Rank)).AsSpan().SequenceEqual(expected)) throw Mismatch(kernel, "the generic kernel of its shape differs");
        WarmUp(() => whole.Run(kernel, 1), () => whole.Run(kernel, MostTokens));
        foreach (var tokens in batches)
        {
            var sums = Unallocated(kernel, () => whole.Run(kernel, tokens));
            if (!sums.AsSpan().SequenceEqual(expected.AsSpan(0, tokens * kernel.Rank))) throw Mismatch(kernel, $"shrink, n_in {kernel.NIn}, rank {kernel.Rank}, {tokens} tokens, {kernel.Path}");
        }
    }

    /// <summary>Checks an expand kernel.</summary>
    /// <exception cref="KernelMismatchException">It differs from its twin, or allocates.</exception>
    public static void Expand(ExpandKernel kernel, XxHash64 golden, int[] batches)
    {
        using var whole = SignCase.Expand(kernel.NOut, kernel.Rank, MostTokens, seed: kernel.NOut + kernel.Rank);
        var twin = new GenericExpand(kernel.NOut, kernel.Rank);
        var expected = whole.RunScalar(twin, Weight, 0, kernel.NOut);
        golden.Append(MemoryMarshal.AsBytes(expected.AsSpan()));
        if (!whole.Run(twin, Weight, 0, kernel.NOut).AsSpan().SequenceEqual(expected)) throw Mismatch(kernel, "the generic kernel of its shape differs");
        WarmUp(() => whole.Run(kernel, Weight, 0, kernel.NOut, MostTokens));
        foreach (var tokens in batches)
        {
            var y = Unallocated(kernel, () => whole.Run(kernel, Weight, 0, kernel.NOut, tokens));
            if (!y.AsSpan().SequenceEqual(expected.AsSpan(0, tokens * kernel.NOut))) throw Mismatch(kernel, $"expand, n_out {kernel.NOut}, rank {kernel.Rank}, {tokens} tokens, {kernel.Path}");
        }

        // A worker's share: rows that begin and end on multiples of 16.
        var (start, end) = (kernel.NOut / 48 * 16, kernel.NOut / 24 * 16);
        if (!whole.Run(kernel, Weight, start, end).AsSpan().SequenceEqual(whole.RunScalar(twin, Weight, start, end))) throw Mismatch(kernel, $"expand, rows {start} to {end} of {kernel.NOut}, rank {kernel.Rank}");
    }

    // The first call may load types and compile, which allocates.
    private static void WarmUp(params ReadOnlySpan<Action> calls)
    {
        foreach (var call in calls) call();
    }

    private static T[] Unallocated<T>(object kernel, Func<(T[] Result, long Allocated)> run)
    {
        // A collection on another thread, in between, shows as what was left of this thread's buffer: a kernel that allocates does it every time.
        var (result, allocated) = run();
        for (var again = 0; allocated != 0 && again < 3; again++) (result, allocated) = run();
        return allocated == 0 ? result : throw Mismatch(kernel, $"it allocated {allocated} bytes");
    }

    private static KernelMismatchException Mismatch(object kernel, string what) => new($"{kernel.GetType().Name}: {what}");
}
