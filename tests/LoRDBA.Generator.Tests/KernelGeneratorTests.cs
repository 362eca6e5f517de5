namespace LoRDBA.Generator.Tests;

public sealed class KernelGeneratorTests
{
    private const string HandKernels = """
        using LoRDBA;
        namespace Firmware;
        [LordbaShapes("rpi3", "x64-v3"), LordbaLinear(64, 96, 8), LordbaLinear(nIn: 100, nOut: 7, rank: 3, Input = "x")]
        public sealed partial class HandKernels;
        """;

    [Fact]
    public void All_that_is_generated_compiles_without_a_warning() =>
        Assert.Empty(new GeneratorProject("rpi5;x64-v3;x64-v4").Manifest("home.shapes", ManifestText.SmolLm2(rank: 5)).Source("Hand.cs", HandKernels).Compile());

    [Fact]
    public void A_project_without_shapes_gets_the_attributes_alone() =>
        Assert.Equal(["Lordba-Attributes.g.cs"], new GeneratorProject().Run().GeneratedSources.Select(source => source.HintName).Where(name => name.StartsWith("Lordba", StringComparison.Ordinal)));
}
