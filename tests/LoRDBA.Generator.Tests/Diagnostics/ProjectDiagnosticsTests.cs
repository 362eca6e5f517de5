using Microsoft.CodeAnalysis.CSharp;
using static LoRDBA.Generator.Tests.ManifestText;

namespace LoRDBA.Generator.Tests.Diagnostics;

/// <summary>What can be wrong with the project around a manifest.</summary>
public sealed class ProjectDiagnosticsTests
{
    private static readonly string Tiny = Of("linear q in 64 64 4 no");

    [Fact]
    public void An_unknown_board_is_told_with_those_that_are_known() => AssertTold(
        new GeneratorProject(boards: "rpi5;rpi6").Manifest("home.shapes", Tiny),
        "home.shapes(1,1): LORDBA013: There is no board 'rpi6'; boards are rpi3, rpi4, rpi5, jetson-nano, jetson-orin, x64-v3, x64-v4");

    [Theory]
    [InlineData(null)]
    [InlineData(" ; ")]
    public void Without_a_board_nothing_is_emitted(string? boards) => AssertTold(
        new GeneratorProject(boards).Manifest("home.shapes", Tiny),
        "home.shapes(1,1): LORDBA014: Firmware.HomeKernels has no board: set the property LordbaBoard, for example to rpi5");

    [Fact]
    public void Two_manifests_cannot_make_one_class()
    {
        var project = new GeneratorProject().Manifest("a/home.shapes", Tiny).Manifest("b/home.shapes", Tiny);

        AssertTold(project, "b/home.shapes(1,1): LORDBA015: Firmware.HomeKernels is already made from 'a/home.shapes': set Class or Namespace of one of the two LordbaManifest items");
        Assert.Single(project.Run().GeneratedSources, source => source.HintName == "Firmware.HomeKernels.g.cs");
    }

    [Theory]
    [InlineData("OtherKernels", "")]
    [InlineData("", "Other")]
    public void Another_class_or_namespace_keeps_them_apart(string className, string ns) => AssertTold(
        new GeneratorProject().Manifest("a/home.shapes", Tiny).Manifest("b/home.shapes", Tiny, className, ns));

    [Fact]
    public void Manifests_of_two_bases_cannot_make_one_class() => AssertTold(
        new GeneratorProject().Manifest("a.shapes", Tiny, "HomeKernels").Manifest("b.shapes", Tiny.Replace(Fingerprint, new string('0', 64)).Replace("Tiny", "Large"), "HomeKernels"),
        "b.shapes(1,1): LORDBA016: Firmware.HomeKernels is already made from 'a.shapes' for the base Tiny, and this is for Large: kernels of two bases cannot be one set");

    [Fact]
    public void A_class_needs_a_name() => AssertTold(
        new GeneratorProject().Manifest("home.shapes", Tiny, className: "7b"),
        "home.shapes(1,1): LORDBA017: '7b' is no name of a class: set Class of the LordbaManifest item");

    [Fact]
    public void A_namespace_has_to_be_one() => AssertTold(
        new GeneratorProject().Manifest("home.shapes", Tiny, ns: "My Firmware"),
        "home.shapes(1,1): LORDBA017: 'My Firmware' is no namespace: set Namespace of the LordbaManifest item");

    [Fact]
    public void A_projects_name_becomes_a_namespace_as_templates_make_it()
    {
        var run = new GeneratorProject(rootNamespace: "my-firmware").Manifest("home.shapes", Tiny).Run();

        Assert.Contains(run.GeneratedSources, source => source.HintName == "my_firmware.HomeKernels.g.cs");
    }

    [Fact]
    public void Unsafe_code_has_to_be_allowed() => AssertTold(
        new GeneratorProject(allowUnsafe: false).Manifest("home.shapes", Tiny),
        "home.shapes(1,1): LORDBA018: Kernels work on pointers: set AllowUnsafeBlocks to true in the project");

    [Theory]
    [InlineData(null, "", "references no LoRDBA.Runtime")]
    [InlineData("class SignKernels;", "0.1.0", "references LoRDBA.Runtime 0.1.0, which is too old to name its layout")]
    [InlineData("class SignKernels; public static class SignLayout { public const int Version = 0; }", "0.1.0", "references LoRDBA.Runtime 0.1.0 with layout 0")]
    [InlineData("class SignKernels; public static class SignLayout { public const int Version = 2; }", "0.1.0", "references LoRDBA.Runtime 0.1.0 with layout 2")]
    [InlineData("class SignKernels { public abstract int New { get; } } public static class SignLayout { public const int Version = 1; }", "0.2.0", "references LoRDBA.Runtime 0.2.0 with layout 1")]
    public void A_runtime_of_another_version_is_told_once_and_nothing_is_emitted(string? runtime, string version, string description)
    {
        var source = runtime is null ? null : $"[assembly: System.Reflection.AssemblyVersion(\"{version}\")] namespace LoRDBA.Runtime.Kernels.Signs {{ public abstract {runtime} }}";
        var project = new GeneratorProject().Runtime(source).Manifest("a.shapes", Tiny).Manifest("b.shapes", Tiny);

        AssertTold(project, $"a.shapes(1,1): LORDBA021: LoRDBA.Generator 0.1.0 makes kernels for memory layout 1, but the project {description}: reference LoRDBA.Generator and LoRDBA.Runtime of one version");
        Assert.DoesNotContain(project.Run().GeneratedSources, source => source.HintName.Contains("Kernels"));
    }

    [Theory]
    [InlineData(LanguageVersion.CSharp7_3, "7.3")]
    [InlineData(LanguageVersion.CSharp8, "8.0")]
    public void C_sharp_before_version_9_is_told_once_and_nothing_is_emitted(LanguageVersion language, string name)
    {
        var project = new GeneratorProject(language: language).Manifest("a.shapes", Tiny).Manifest("b.shapes", Tiny);

        AssertTold(project, $"a.shapes(1,1): LORDBA022: Kernels are written in C# 9, and the project is in C# {name}: set LangVersion to 9.0 or newer, or leave it out");
        Assert.Empty(project.Compile());
    }

    [Fact]
    public void A_project_without_shapes_needs_no_runtime() => AssertTold(new GeneratorProject().Runtime(null));

    private static void AssertTold(GeneratorProject project, params string[] expected) => Assert.Equal(expected, project.Run().Diagnostics.Select(Told.Text));
}
