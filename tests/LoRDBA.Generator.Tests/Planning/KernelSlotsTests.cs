using LoRDBA.Generator.Model;
using LoRDBA.Generator.Planning;

namespace LoRDBA.Generator.Tests.Planning;

public sealed class KernelSlotsTests
{
    [Fact]
    public void Every_kernel_is_in_one_slot()
    {
        var set = Set(1, 64);

        Assert.Equal(set.Kernels.OrderBy(kernel => kernel.Name), KernelSlots.Of(set).SelectMany(slot => slot).OrderBy(kernel => kernel.Name));
    }

    [Fact]
    public void A_kernel_keeps_its_slot_whatever_comes_and_goes()
    {
        string[] Places(KernelSetSpec set) => [.. KernelSlots.Of(set).SelectMany((slot, i) => slot.Select(kernel => $"{i} {kernel.Name}"))];

        Assert.Empty(Places(Set(10, 20)).Except(Places(Set(1, 64))));
    }

    [Fact]
    public void Slots_are_shared_by_few() => Assert.InRange(KernelSlots.Of(Set(1, 64)).Max(slot => slot.Length), 1, 4);

    // An expand kernel of every rank from least to most, of two widths.
    private static KernelSetSpec Set(int least, int most)
    {
        var kernels = Enumerable.Range(least, most - least + 1).SelectMany(rank => new[] { 576, 1536 }.Select(width =>
            new KernelSpec(KernelKind.Expand, width, rank, Paths.Scalar, "", "Firmware", "HomeKernels", "Firmware.HomeKernels")));
        return new("Firmware", "HomeKernels", "internal", false, null, null, "", Paths.Scalar, kernels.ToEquatableArray(), "Firmware.HomeKernels");
    }
}
