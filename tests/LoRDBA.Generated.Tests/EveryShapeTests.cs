using System.Runtime.Loader;
using LoRDBA.Generator.Tests;
using LoRDBA.Runtime.Kernels.Signs;

namespace LoRDBA.Generated.Tests;

/// <summary>
/// Every rank from 1 to 64 of every width of four models, in batches of 1 to 33 tokens: generated, compiled in memory and run here, to the
/// last bit of the scalar twins. A published binary with all of them would take minutes to make.
/// </summary>
public sealed class EveryShapeTests
{
    public static TheoryData<int> Widths => [.. ShapeManifests.Widths];

    [Theory, MemberData(nameof(Widths))]
    public void Every_rank_of_a_width_gives_the_bits_of_its_twin(int width)
    {
        var project = new GeneratorProject("x64-v3;x64-v4;rpi4").Manifest("every.shapes", ShapeManifests.Every(width));
        var context = new AssemblyLoadContext($"every {width}", isCollectible: true);
        try
        {
            var assembly = context.LoadFromStream(new MemoryStream(project.Assembly()));
            var set = (SignKernels)assembly.GetType("Firmware.EveryKernels", throwOnError: true)!.GetProperty("Instance")!.GetValue(null)!;
            var (kernels, _) = KernelSets.Check(set, KernelSets.EveryBatch);
            // Shrink: ranks 1 to 64 and, fused, 96, 128 and 192 (12, 24 and 48 are among them). Expand: ranks 1 to 64.
            Assert.Equal(64 + 3 + 64, kernels);
        }
        finally
        {
            context.Unload();
        }
    }
}
