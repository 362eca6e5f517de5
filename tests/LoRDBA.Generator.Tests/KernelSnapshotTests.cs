using LoRDBA.Generator.Emit;
using LoRDBA.Generator.Model;

namespace LoRDBA.Generator.Tests;

/// <summary>Whole generated files, for a person to read: a rank with a remainder, all paths; and a set.</summary>
public sealed class KernelSnapshotTests
{
    private const Paths AllPaths = Paths.AdvSimd | Paths.Dp | Paths.Avx2 | Paths.Avx512;

    private const string AllBoards = "rpi4, rpi5, x64-v3, x64-v4";

    [Fact]
    public void A_shrink_kernel() => Verify(Kernel(KernelKind.Shrink, 128, 18));

    [Fact]
    public void An_expand_kernel() => Verify(Kernel(KernelKind.Expand, 192, 6));

    [Fact]
    public void An_expand_kernel_with_more_tables_than_registers() => Verify(Kernel(KernelKind.Expand, 64, 40, Paths.Avx2, "x64-v3"));

    [Fact]
    public void A_set() => Snapshot.Verify("HomeKernels.verified.cs", KernelSetEmitter.Emit(new(
        "Home.Firmware", "HomeKernels", "public", IsPartial: false, new string('a', 64), "SmolLM2-135M-Instruct", AllBoards, AllPaths,
        new[] { Kernel(KernelKind.Shrink, 128, 18), Kernel(KernelKind.Expand, 192, 6) }.ToEquatableArray(), "Home.Firmware.HomeKernels")));

    private static KernelSpec Kernel(KernelKind kind, int channels, int rank, Paths paths = AllPaths, string boards = AllBoards) =>
        new(kind, channels, rank, paths, boards, "Home.Firmware", "HomeKernels", "Home.Firmware.HomeKernels");

    private static void Verify(KernelSpec spec) => Snapshot.Verify($"{spec.Name}.verified.cs", KernelEmitters.Emit(spec));
}
