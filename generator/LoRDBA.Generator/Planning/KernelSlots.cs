using LoRDBA.Generator.Model;

namespace LoRDBA.Generator.Planning;

/// <summary>
/// Deals the kernels of a set into a fixed number of slots. The compiler compares a stage's results by position: in a plain
/// list, a kernel that comes or goes would move all behind it, and every one of them would be emitted again.
/// </summary>
internal static class KernelSlots
{
    private const int Count = 256;

    /// <summary>The slots of a set, always as many; nearly all hold one kernel or none.</summary>
    public static IEnumerable<EquatableArray<KernelSpec>> Of(KernelSetSpec set)
    {
        var slots = set.Kernels.ToLookup(Slot);
        return Enumerable.Range(0, Count).Select(slot => slots[slot].ToEquatableArray());
    }

    // Not GetHashCode, which may differ from run to run.
    private static int Slot(KernelSpec kernel) => (int)(unchecked(((((uint)kernel.Kind * 65_537) + (uint)kernel.Channels) * 65_537 + (uint)kernel.Rank) * 2_654_435_769u) >> 24);
}
