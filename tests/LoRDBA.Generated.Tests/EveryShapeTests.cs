using System.Runtime.Loader;
using LoRDBA.Generator.Tests;
using LoRDBA.Runtime.Kernels.Signs;

namespace LoRDBA.Generated.Tests;

/// <summary>
/// Every rank from 1 to 64, 200 and 256, of every width of four models, in batches of 1 to 33 tokens: generated, compiled in memory and run
/// here, to the last bit of the scalar twins. A published binary with all of them would take minutes to make.
/// </summary>
public sealed class EveryShapeTests
{
    public static TheoryData<int> Widths => [.. ShapeManifests.Widths];

    [Theory, MemberData(nameof(Widths))]
    public void Every_rank_of_a_width_gives_the_bits_of_its_twin(int width)
    {
        var project = new GeneratorProject("x64-v3;x64-v4;rpi4").Manifest("every.shapes", ShapeManifests.Every(width));
        // Shrink: ranks 1 to 64, 200, 256 and, fused, 96, 128 and 192 (12, 24 and 48 are among them). Expand: ranks 1 to 64, 200 being
        // three passes of 64 and one of 8.
        Assert.Equal(64 + 2 + 3 + 64, Check(project, KernelSets.EveryBatch));
    }

    // The property CheckForOverflowUnderflow: what overflows on purpose says so. A processor that is none of the boards runs the scalar code.
    [Theory, InlineData("x64-v3;x64-v4"), InlineData("rpi4;rpi5")]
    public void A_project_that_checks_overflow_gets_the_same_bits(string boards)
    {
        var width = ShapeManifests.Widths[0];
        var project = new GeneratorProject(boards, checksOverflow: true).Manifest("every.shapes", ManifestText.Of($"linear q in {width} {width} 7 no"));
        Assert.Equal(2, Check(project, KernelSets.SomeBatches));
    }

    private static int Check(GeneratorProject project, int[] batches)
    {
        var context = new AssemblyLoadContext("kernels", isCollectible: true);
        try
        {
            var assembly = context.LoadFromStream(new MemoryStream(project.Assembly()));
            var set = (SignKernels)assembly.GetType("Firmware.EveryKernels", throwOnError: true)!.GetProperty("Instance")!.GetValue(null)!;
            return KernelSets.Check(set, batches).Kernels;
        }
        finally
        {
            context.Unload();
        }
    }
}
