namespace LoRDBA.Generator.Tests.Diagnostics;

/// <summary>Shapes that a class declares by attributes.</summary>
public sealed class AttributeDiagnosticsTests
{
    private const string Line2 = "[LordbaLinear(64, 96, 8)]";

    [Fact]
    public void A_class_gets_its_kernels_for_the_projects_boards()
    {
        var files = Files(new GeneratorProject("x64-v3").Source("Shapes.cs", Class("[LordbaShapes]", Line2, "namespace My; public sealed partial class HandKernels;")));

        Assert.Equal(["My.HandKernels.g.cs", "My.HandKernels_Expand96R8.g.cs", "My.HandKernels_Shrink64R8.g.cs"], files);
    }

    [Fact]
    public void Its_own_boards_need_no_property()
    {
        var run = new GeneratorProject(boards: null).Source("Shapes.cs", Class("[LordbaShapes(\"rpi5\", \"rpi4\")]", Line2)).Run();

        Assert.Empty(run.Diagnostics);
        Assert.Contains(run.GeneratedSources, source => source.HintName == "HandKernels_Expand96R8.g.cs");
    }

    [Fact]
    public void Linears_that_read_one_input_are_fused()
    {
        var files = Files(new GeneratorProject().Source("Shapes.cs", Class("[LordbaShapes]", "[LordbaLinear(64, 64, 8, Input = \"x\"), LordbaLinear(nOut: 32, rank: 8, nIn: 64, Input = \"x\")]")));

        Assert.Contains("HandKernels_Shrink64R16.g.cs", files);
        Assert.DoesNotContain("HandKernels_Shrink64R8.g.cs", files);
    }

    [Theory]
    [InlineData("[LordbaLinear(64, 96, 257)]", "Shapes.cs(3,23): LORDBA011: The rank 257 of '[LordbaLinear] of HandKernels' is not 1 to 256")]
    [InlineData("[LordbaLinear(rank: 0, nIn: 64, nOut: 96)]", "Shapes.cs(3,21): LORDBA011: The rank 0 of '[LordbaLinear] of HandKernels' is not 1 to 256")]
    [InlineData("[LordbaLinear(0, 96, 8)]", "Shapes.cs(3,15): LORDBA012: n_in 0 of '[LordbaLinear] of HandKernels' is not 1 to 65536: no kernel can serve it")]
    [InlineData("[LordbaLinear(64, -96, 8)]", "Shapes.cs(3,19): LORDBA012: n_out -96 of '[LordbaLinear] of HandKernels' is not 1 to 16777216: no kernel can serve it")]
    [InlineData("", "Shapes.cs(2,2): LORDBA010: HandKernels gets no kernel: no linear is listed for it")]
    public void A_wrong_shape_is_told_where_it_stands(string linear, string expected) =>
        Assert.Equal([expected], Diagnostics(new GeneratorProject().Source("Shapes.cs", Class("[LordbaShapes]", linear))));

    [Fact]
    public void An_unknown_board_is_told_where_the_attribute_stands() => Assert.StartsWith(
        "Shapes.cs(2,2): LORDBA013: There is no board 'pi5'",
        Assert.Single(Diagnostics(new GeneratorProject().Source("Shapes.cs", Class("[LordbaShapes(\"pi5\")]", Line2)))));

    [Theory]
    [InlineData("class HandKernels;", "partial")]
    [InlineData("partial class HandKernels<T>;", "without type parameters")]
    [InlineData("static partial class HandKernels;", "neither static nor abstract")]
    [InlineData("partial class HandKernels : System.Exception;", "without a base class")]
    [InlineData("file partial class HandKernels;", "visible outside its file")]
    public void A_class_that_cannot_be_a_set_is_refused(string declaration, string what) => Assert.EndsWith(
        $"LORDBA019: HandKernels must be {what} to be a set of kernels",
        Assert.Single(Diagnostics(new GeneratorProject().Source("Shapes.cs", Class("[LordbaShapes]", Line2, declaration)))));

    [Fact]
    public void A_class_called_as_a_member_of_a_set_is_refused() => Assert.EndsWith(
        "LORDBA019: Instance must be called otherwise to be a set of kernels",
        Assert.Single(Diagnostics(new GeneratorProject().Source("Shapes.cs", Class("[LordbaShapes]", Line2, "partial class Instance;")))));

    [Fact]
    public void A_class_within_another_is_refused() => Assert.EndsWith(
        "LORDBA019: HandKernels must be outside any other type to be a set of kernels",
        Assert.Single(Diagnostics(new GeneratorProject().Source("Shapes.cs", "class Outer { [LoRDBA.LordbaShapes] [LoRDBA.LordbaLinear(64, 64, 4)] partial class HandKernels; }"))));

    [Fact]
    public void A_manifest_and_a_class_cannot_make_one_set() => Assert.Contains(
        "LORDBA015: HomeKernels is already made from 'home.shapes'",
        Assert.Single(Diagnostics(new GeneratorProject(rootNamespace: "").Manifest("home.shapes", ManifestText.SmolLm2())
            .Source("Shapes.cs", Class("[LordbaShapes]", Line2, "partial class HomeKernels;")))));

    [Fact]
    public void What_is_no_number_is_left_to_the_compiler() =>
        Assert.Equal(["LORDBA010"], new GeneratorProject().Source("Shapes.cs", Class("[LordbaShapes]", "[LordbaLinear(64, 96)]")).Run().Diagnostics.Select(diagnostic => diagnostic.Id));

    private static string Class(string shapes, string linear, string declaration = "partial class HandKernels;")
    {
        // A file-scoped namespace stands before the attributes, everything else behind them.
        var split = declaration.Split("; ", 2);
        return split.Length == 2 ? $"using LoRDBA; {split[0]};\n{shapes}\n{linear}\n{split[1]}" : $"using LoRDBA;\n{shapes}\n{linear}\n{declaration}";
    }

    private static IEnumerable<string> Diagnostics(GeneratorProject project) => project.Run().Diagnostics.Select(Told.Text);

    private static IEnumerable<string> Files(GeneratorProject project)
    {
        var run = project.Run();
        Assert.Empty(run.Diagnostics);
        return run.GeneratedSources.Select(source => source.HintName).Where(name => !name.Contains("Attribute")).Order(StringComparer.Ordinal);
    }
}
