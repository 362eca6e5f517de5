using Microsoft.CodeAnalysis;

namespace LoRDBA.Generator.Tests.Incremental;

/// <summary>Why each stage runs after an edit: what does not depend on the edit must not run again.</summary>
public sealed class IncrementalTests
{
    private const string Shapes = """
        using LoRDBA;
        [LordbaShapes]
        [LordbaLinear(nIn: 64, nOut: 96, rank: 8)]
        [LordbaLinear(nIn: 128, nOut: 160, rank: 12)]
        public sealed partial class HandKernels;
        """;

    [Fact]
    public void The_first_run_makes_all()
    {
        var run = Project().Run();

        Assert.Empty(run.Diagnostics);
        Assert.Equal(7 + 4, Reasons(run, StepNames.EmitSource).Count);
        Assert.All(Reasons(run, StepNames.EmitSource), output => Assert.Equal(IncrementalStepRunReason.New, output.Reason));
    }

    [Theory]
    [InlineData("// A comment.\nclass Other;")]
    [InlineData("class Other { int changed; }")]
    public void An_edit_of_an_unrelated_file_leaves_plan_and_sources_cached(string edited)
    {
        var project = Project();
        project.Run();
        var run = project.Source("Other.cs", edited).Run();

        foreach (var step in new[] { StepNames.ReadManifest, StepNames.BuildPlan, StepNames.EmitSource, StepNames.EmitSet })
            Assert.All(Reasons(run, step), output => Assert.Equal(IncrementalStepRunReason.Cached, output.Reason));
    }

    [Fact]
    public void A_line_above_the_shapes_moves_them_and_emits_nothing()
    {
        var project = Project();
        project.Run();
        var run = project.Source("Shapes.cs", "// Moved down.\n" + Shapes).Manifest("home.shapes", ManifestText.SmolLm2().Replace("base", "# Moved down.\nbase")).Run();

        Assert.All(Reasons(run, StepNames.ReadManifest), output => Assert.Equal(IncrementalStepRunReason.Modified, output.Reason));
        Assert.All(Reasons(run, StepNames.BuildPlan), output => Assert.Equal(IncrementalStepRunReason.Unchanged, output.Reason));
        AssertNothingEmitted(run, StepNames.EmitSource, StepNames.EmitSet);
    }

    // Rank 20 for one attn_output: one shrink kernel, one expand kernel, and the set that finds them; the other 29 layers keep the old ones.
    [Fact]
    public void A_rank_that_changes_emits_its_own_kernels_only()
    {
        var project = Project();
        project.Run();
        var run = project.Manifest("home.shapes", ManifestText.SmolLm2().Replace("blk.7.attn_output blk.7.attn_output 576 576 16", "blk.7.attn_output blk.7.attn_output 576 576 20")).Run();

        Assert.Equal(["HomeKernels_Expand576R20", "HomeKernels_Shrink576R20"], Emitted(run));
        Assert.Equal(7 + 2 + 4, run.GeneratedSources.Count(source => source.HintName.Contains("Kernels_")));
        Assert.Single(Reasons(run, StepNames.EmitSet), output => output.Reason == IncrementalStepRunReason.Modified);
    }

    [Fact]
    public void A_rank_that_changes_in_the_only_linear_of_its_shape_replaces_a_kernel()
    {
        var project = Project();
        project.Run();
        var run = project.Source("Shapes.cs", Shapes.Replace("rank: 12", "rank: 13")).Run();

        Assert.Equal(["HandKernels_Expand160R13", "HandKernels_Shrink128R13"], Emitted(run));
        Assert.DoesNotContain(run.GeneratedSources, source => source.HintName.Contains("R12"));
        Assert.Equal(7 + 4, run.GeneratedSources.Count(source => source.HintName.Contains("Kernels_")));
    }

    [Fact]
    public void An_error_in_one_set_emits_nothing_of_the_other_again()
    {
        var project = Project();
        project.Run();
        var broken = project.Source("Shapes.cs", Shapes.Replace("rank: 12", "rank: 257")).Run();

        Assert.Equal(["LORDBA011"], broken.Diagnostics.Select(diagnostic => diagnostic.Id));
        Assert.Empty(Emitted(broken));
        Assert.Equal(7, broken.GeneratedSources.Count(source => source.HintName.Contains("HomeKernels_")));
    }

    private static GeneratorProject Project() =>
        new GeneratorProject().Source("Other.cs", "class Other;").Source("Shapes.cs", Shapes).Manifest("home.shapes", ManifestText.SmolLm2());

    /// <summary>The kernels that were made anew, in order.</summary>
    private static IEnumerable<string> Emitted(GeneratorRunResult run) => Reasons(run, StepNames.EmitSource)
        .Where(output => output.Reason is IncrementalStepRunReason.New or IncrementalStepRunReason.Modified)
        .Select(output => output.Value.ToString()!.Split("HintName = Firmware.")[^1].Split("HintName = ")[^1].Split(".g.cs")[0])
        .Order();

    private static void AssertNothingEmitted(GeneratorRunResult run, params string[] steps)
    {
        foreach (var step in steps)
            Assert.All(Reasons(run, step), output => Assert.True(output.Reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged, $"{step}: {output.Reason}"));
    }

    private static List<(object Value, IncrementalStepRunReason Reason)> Reasons(GeneratorRunResult run, string step)
    {
        var outputs = run.TrackedSteps[step].SelectMany(run => run.Outputs).ToList();
        Assert.NotEmpty(outputs);
        return outputs;
    }
}
