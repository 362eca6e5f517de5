using System.Runtime.InteropServices;

namespace LoRDBA.Runtime.Threading;

/// <summary>Which processors a thread may run on (Linux; sched_setaffinity(2)).</summary>
internal static unsafe partial class ProcessorAffinity
{
    private const int MaxProcessors = 1024;

    /// <summary>
    /// Keeps the calling thread on one of the processors that it was allowed, the <paramref name="worker"/>-th, if there are exactly as many as workers. With
    /// fewer workers than processors the system can do better: it knows which are free.
    /// </summary>
    /// <returns>Whether the thread is pinned now.</returns>
    public static bool TryPin(int worker, int workers)
    {
        if (!OperatingSystem.IsLinux()) return false;
        var mask = stackalloc byte[MaxProcessors / 8];
        new Span<byte>(mask, MaxProcessors / 8).Clear();
        if (GetAffinity(0, MaxProcessors / 8, mask) < 0) return false;

        var (count, own) = (0, -1);
        for (var processor = 0; processor < MaxProcessors; processor++)
        {
            if ((mask[processor / 8] >> processor % 8 & 1) == 0) continue;
            if (count++ == worker) own = processor;
        }
        if (count != workers) return false;

        new Span<byte>(mask, MaxProcessors / 8).Clear();
        mask[own / 8] = (byte)(1 << own % 8);
        return SetAffinity(0, MaxProcessors / 8, mask) == 0;
    }

    // Number 0 is the calling thread.
    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int GetAffinity(int thread, nint bytes, byte* mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nint bytes, byte* mask);
}
