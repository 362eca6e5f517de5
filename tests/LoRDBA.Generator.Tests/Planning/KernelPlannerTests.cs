using CsCheck;
using LoRDBA.Generator.Diagnostics;
using LoRDBA.Generator.Manifest;
using LoRDBA.Generator.Model;
using LoRDBA.Generator.Planning;
using Microsoft.CodeAnalysis.CSharp;

namespace LoRDBA.Generator.Tests.Planning;

public sealed class KernelPlannerTests
{
    private const KernelKind Shrink = KernelKind.Shrink;
    private const KernelKind Expand = KernelKind.Expand;

    // q, k, v: 3 · 16; gate, up: 2 · 16; attn_output and ffn_down alone.
    [Fact]
    public void SmolLm2_needs_seven_kernels() => Assert.Equal(
        [(Shrink, 576, 16), (Shrink, 576, 32), (Shrink, 576, 48), (Shrink, 1536, 16), (Expand, 192, 16), (Expand, 576, 16), (Expand, 1536, 16)],
        Kernels(ManifestText.SmolLm2()));

    [Fact]
    public void Input_scales_keep_a_linear_out_of_its_group() => Assert.Equal(
        [(Shrink, 64, 4), (Shrink, 64, 12), (Expand, 64, 4), (Expand, 64, 8)],
        Kernels(ManifestText.Of("linear q in 64 64 4 yes", "linear k in 64 64 4 no", "linear v in 64 64 8 no")));

    [Fact]
    public void Two_adapters_get_the_kernels_of_both_and_no_fusion_across() => Assert.Equal(
        [(Shrink, 64, 8), (Shrink, 64, 16), (Expand, 64, 4), (Expand, 64, 8)],
        Kernels(ManifestText.Of("adapter en", "linear q in 64 64 4 no", "linear k in 64 64 4 no", "adapter de", "linear q in 64 64 8 no", "linear k in 64 64 8 no")));

    [Fact]
    public void Without_a_group_a_linear_is_alone() =>
        Assert.Equal([(Shrink, 64, 4), (Expand, 64, 4)], KernelPlanner.Kernels([Linear(null, 64, 64, 4), Linear(null, 64, 64, 4)]));

    // 150 ranks are expanded in passes of 64, 64 and 22; their shrink is one.
    [Fact]
    public void Many_ranks_are_expanded_in_passes() => Assert.Equal(
        [(Shrink, 64, 150), (Expand, 96, 22), (Expand, 96, 64)], Kernels(ManifestText.Of("linear q in 64 96 150 yes")));

    [Fact]
    public void The_rows_of_all_shrink_kernels_are_those_of_the_linears() =>
        Gen.Select(Gen.Int[1, 3], Gen.Int[1, 4], Gen.Int[1, 64], Gen.Bool).List[1, 12].Sample(linears =>
        {
            // Distinct widths a group, so that no two groups share a kernel and the sums can be told apart.
            var specs = linears.Select(linear => Linear($"{linear.Item1}", 100 * linear.Item1, linear.Item2, linear.Item3) with { HasScaleIn = linear.Item4 }).ToList();
            var kernels = KernelPlanner.Kernels(specs).ToList();

            Assert.Equal(kernels.Distinct(), kernels);
            foreach (var group in specs.Where(linear => !linear.HasScaleIn).GroupBy(linear => linear.NIn))
                Assert.Contains((Shrink, group.Key, group.Sum(linear => linear.Rank)), kernels);
            Assert.All(specs.Where(linear => linear.HasScaleIn), linear => Assert.Contains((Shrink, linear.NIn, linear.Rank), kernels));
            Assert.All(specs, linear => Assert.Contains((Expand, linear.NOut, linear.Rank), kernels));
        }, iter: 200);

    [Theory]
    [InlineData("rpi3", Paths.AdvSimd)]
    [InlineData("rpi4", Paths.AdvSimd)]
    [InlineData("rpi5", Paths.AdvSimd | Paths.Dp)]
    [InlineData("jetson-nano", Paths.AdvSimd)]
    [InlineData("jetson-orin", Paths.AdvSimd | Paths.Dp)]
    [InlineData("x64-v3", Paths.Avx2)]
    [InlineData("x64-v4", Paths.Avx512)]
    [InlineData("rpi4,x64-v3", Paths.AdvSimd | Paths.Avx2)]
    public void Boards_give_the_union_of_their_instruction_sets(string boards, object paths)
    {
        var set = Plan(boards, ManifestText.SmolLm2()).Sets[0];

        Assert.Equal(paths, set.Paths);
        Assert.All(set.Kernels, kernel => Assert.Equal((paths, boards.Replace(",", ", ")), (kernel.Paths, kernel.Boards)));
    }

    [Fact]
    public void A_set_knows_its_base_and_its_kernels_their_names()
    {
        var set = Plan("rpi5", ManifestText.SmolLm2()).Sets[0];

        Assert.Equal(("Firmware.HomeKernels", "Tiny", ManifestText.Fingerprint), (set.FullName, set.BaseName, set.BaseFingerprint));
        Assert.Equal(("HomeKernels_Shrink576R16", "Firmware.HomeKernels_Shrink576R16.g.cs"), (set.Kernels[0].Name, set.Kernels[0].HintName));
    }

    [Fact]
    public void Sets_whose_names_differ_in_case_alone_have_files_that_differ_in_more()
    {
        var plan = KernelPlanner.Plan([Shape("ab", ManifestText.SmolLm2()), Shape("aB", ManifestText.SmolLm2()), Shape("a-b", ManifestText.SmolLm2())], Project("rpi5"));

        Assert.Equal(["LORDBA015"], plan.Errors.Select(error => error.Rule.Id)); // a-b makes AB, as aB does
        Assert.Equal(["Firmware.ABKernels-2.g.cs", "Firmware.AbKernels.g.cs"], plan.Sets.Select(set => set.HintName));
        Assert.Equal("Firmware.ABKernels-2_Shrink576R16.g.cs", plan.Sets[0].Kernels[0].HintName);
        Assert.Equal("Firmware.AbKernels_Shrink576R16.g.cs", plan.Sets[1].Kernels[0].HintName);
    }

    [Fact]
    public void A_set_with_an_error_is_left_out_and_the_others_are_made()
    {
        var plan = KernelPlanner.Plan([Shape("a", ManifestText.Of("linear q in 64 64 257 no")), Shape("b", ManifestText.SmolLm2())], Project("rpi5"));

        Assert.Equal(["Firmware.BKernels"], plan.Sets.Select(set => set.FullName));
        Assert.Equal(["LORDBA011"], plan.Errors.Select(error => error.Rule.Id));
    }

    private static IEnumerable<(KernelKind, int, int)> Kernels(string manifest) => KernelPlanner.Kernels(ManifestParser.Parse("home.shapes", manifest).Value!.Linears);

    private static KernelPlan Plan(string boards, string manifest) => KernelPlanner.Plan([Shape("home", manifest)], Project(boards));

    private static Result<ShapeSpec> Shape(string name, string manifest) => new ManifestFile($"{name}.shapes", manifest, SetName.OfFile(name), "Firmware").Read();

    private static ProjectOptions Project(string boards) =>
        new(Generator.Planning.Boards.Split(boards).ToEquatableArray(), new(AllowsUnsafe: true, LanguageVersion.Latest, RuntimeVersion.OfGenerator));

    private static LinearSpec Linear(string? group, int nIn, int nOut, int rank)
    {
        var place = Place.StartOf("home.shapes");
        return new("linear", group, nIn, nOut, rank, false, new(place, place, place));
    }
}
