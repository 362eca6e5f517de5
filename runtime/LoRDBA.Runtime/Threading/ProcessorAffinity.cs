using System.Runtime.InteropServices;

namespace LoRDBA.Runtime.Threading;

/// <summary>Which processors a thread may run on (Linux; sched_setaffinity(2)).</summary>
internal static unsafe partial class ProcessorAffinity
{
    /// <summary>Room for 1024 processors.</summary>
    private const int MaskBytes = 128;

    /// <summary>
    /// Keeps the calling thread on the <paramref name="worker"/>-th of its allowed processors, if there are exactly as many processors as
    /// workers. With fewer workers than processors the system chooses better: it knows the free processors.
    /// </summary>
    /// <returns>Whether the thread is pinned now.</returns>
    public static bool TryPin(int worker, int workers)
    {
        if (!OperatingSystem.IsLinux()) return false;
        var mask = stackalloc byte[MaskBytes];
        if (!Read(mask) || Count(mask) != workers) return false;

        var own = -1;
        for (var left = worker; left >= 0; left--)
            do own++; while (!Allows(mask, own));
        new Span<byte>(mask, MaskBytes).Clear();
        mask[own / 8] = (byte)(1 << own % 8);
        return SetAffinity(0, MaskBytes, mask) == 0;
    }

    /// <summary>How many processors the calling thread may use; 0 where that is not known.</summary>
    public static int Count()
    {
        var mask = stackalloc byte[MaskBytes];
        return OperatingSystem.IsLinux() && Read(mask) ? Count(mask) : 0;
    }

    private static int Count(byte* mask)
    {
        var count = 0;
        for (var processor = 0; processor < 8 * MaskBytes; processor++)
            if (Allows(mask, processor)) count++;
        return count;
    }

    private static bool Allows(byte* mask, int processor) => (mask[processor / 8] >> processor % 8 & 1) != 0;

    private static bool Read(byte* mask)
    {
        new Span<byte>(mask, MaskBytes).Clear();
        return GetAffinity(0, MaskBytes, mask) >= 0;
    }

    // Number 0 is the calling thread.
    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int GetAffinity(int thread, nint bytes, byte* mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nint bytes, byte* mask);
}
