using CsCheck;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LoRDBA.Generator.Tests.Emit;

/// <summary>What a project may call its own things, and in which C# it may be: all that is generated compiles there without a warning.</summary>
public sealed class ForeignNamesTests
{
    private const string AllBoards = "rpi4;rpi5;x64-v3;x64-v4";

    // Namespaces and types as emitted code has them, in all places where C# looks before it looks at usings.
    private const string LookAlikes = """
        namespace Firmware.System { class Runtime; class MathF; }
        namespace Firmware
        {
            class Vector64; class Vector128; class Vector256; class Vector512; class AdvSimd; class Avx2; class Avx512F; class MathF;
            class InstructionSet; class InstructionSets; class SignOperations; class SignBatch; class SignKernels; class ShrinkKernel; class ExpandKernel;
            class Microsoft; class LoRDBA; class Embedded;
        }
        class Vector128; class Vector256; class AdvSimd; class SignOperations; class InstructionSets; class SignKernels; class MathF;
        """;

    private static readonly string[] Parts =
    [
        "class", "System", "LoRDBA", "7", "é", "e\u0301", "\u200d", "\u2028", "\U0001D54F", "\ud800", "@", "\"", "*/", "<", "&", "{", " ", "-", "_", ".",
    ];

    private static readonly string Tiny = ManifestText.Of("linear q in 64 64 5 no", "linear k in 64 40 12 yes");

    public static TheoryData<LanguageVersion> Languages =>
        [.. Enum.GetValues<LanguageVersion>().Where(version => version >= LanguageVersion.CSharp9 && version != LanguageVersion.Default)];

    [Fact]
    public void Namespaces_and_types_of_the_same_names_are_not_mistaken_for_ours() =>
        Assert.Empty(new GeneratorProject(AllBoards).Source("Mine.cs", LookAlikes).Manifest("home.shapes", Tiny).Compile());

    [Fact]
    public void Every_type_and_namespace_of_others_is_named_from_the_root()
    {
        var output = new GeneratorProject(AllBoards).Manifest("home.shapes", Tiny).Output();

        Assert.All(output.SyntaxTrees.Where(tree => tree.FilePath.Contains("Kernels")), tree =>
        {
            var model = output.GetSemanticModel(tree);
            var roots = tree.GetRoot(TestContext.Current.CancellationToken).DescendantNodes().OfType<SimpleNameSyntax>().Where(IsRoot);
            Assert.DoesNotContain(roots, name => model.GetSymbolInfo(name).Symbol is INamedTypeSymbol { SpecialType: SpecialType.None } type && !(name is IdentifierNameSyntax { IsVar: true })
                && !SymbolEqualityComparer.Default.Equals(type.ContainingAssembly, output.Assembly));
        });

        static bool IsRoot(SimpleNameSyntax name) => name.Parent switch
        {
            AliasQualifiedNameSyntax => false,
            QualifiedNameSyntax qualified => qualified.Left == name,
            MemberAccessExpressionSyntax access => access.Expression == name,
            _ => true,
        };
    }

    [Theory, MemberData(nameof(Languages))]
    public void Every_C_sharp_from_version_9_on_takes_it(LanguageVersion language)
    {
        const string Hand = "namespace Firmware { [LoRDBA.LordbaShapes(\"rpi5\"), LoRDBA.LordbaLinear(64, 96, 8, Input = \"x\")] public sealed partial class HandKernels { } }";

        Assert.Empty(new GeneratorProject(AllBoards, language: language).Manifest("home.shapes", Tiny).Source("Hand.cs", Hand).Compile());
    }

    [Theory]
    [InlineData("class"), InlineData("record"), InlineData("await"), InlineData("field"), InlineData("extension")]
    [InlineData("home"), InlineData("SignKernels"), InlineData("Vector128"), InlineData("System"), InlineData("Lordba"), InlineData("Küche"), InlineData("_7b")]
    public void Any_name_does_for_a_class_and_for_a_namespace(string name)
    {
        var project = new GeneratorProject(AllBoards, rootNamespace: $"My.{name}").Manifest("a.shapes", Tiny, className: name).Manifest("b.shapes", Tiny, ns: name);

        Assert.Empty(project.Run().Diagnostics);
        Assert.Empty(project.Compile());
        Assert.NotNull(project.Output().GetTypeByMetadataName($"My.{name}.{name}"));
    }

    [Fact]
    public void A_class_by_hand_may_be_called_as_a_keyword()
    {
        var project = new GeneratorProject().Source("Hand.cs", "namespace @event.My { [LoRDBA.LordbaShapes, LoRDBA.LordbaLinear(64, 96, 8)] partial class @class; }");

        Assert.Empty(project.Run().Diagnostics);
        Assert.Empty(project.Compile());
        Assert.Contains(project.Run().GeneratedSources, source => source.HintName == "event.My.class.g.cs");
    }

    [Fact]
    public void Sets_whose_names_differ_in_case_alone_are_both_made() => Assert.Empty(
        new GeneratorProject().Manifest("a.shapes", Tiny, "HomeKernels").Manifest("b.shapes", Tiny, "HOMEKernels").Manifest("c.shapes", Tiny, "HomeKernels", "FIRMWARE").Compile());

    [Fact]
    public void A_project_that_sees_the_internals_of_another_may_have_the_same_sets()
    {
        const string Friend = "[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"Tests\")]";
        var library = new GeneratorProject(AllBoards).Source("Friend.cs", Friend).Manifest("home.shapes", ManifestText.SmolLm2());
        var tests = new GeneratorProject(AllBoards).Named("Tests").Reference(library).Manifest("home.shapes", ManifestText.SmolLm2())
            .Source("Hand.cs", "[LoRDBA.LordbaShapes, LoRDBA.LordbaLinear(64, 96, 8)] partial class HandKernels;");

        Assert.Empty(tests.Compile());
    }

    [Fact]
    public void A_project_that_sees_the_internals_of_another_reaches_its_sets()
    {
        const string Friend = "[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"Tests\")]";
        var library = new GeneratorProject(AllBoards).Source("Friend.cs", Friend).Manifest("home.shapes", Tiny);

        Assert.Empty(new GeneratorProject().Named("Tests").Reference(library).Source("Use.cs", "class Use { object Kernels => Firmware.HomeKernels.Instance; }").Compile());
    }

    // Whatever files and projects are called: the set compiles, or its name is refused.
    [Fact]
    public void Files_and_projects_may_be_called_anything() => Gen.Select(Names, Names).Sample((file, project) =>
    {
        var run = new GeneratorProject(rootNamespace: project).Manifest($"{file}.shapes", Tiny);
        Assert.All(run.Run().Diagnostics, diagnostic => Assert.Equal("LORDBA017", diagnostic.Id));
        Assert.Empty(run.Compile());
    }, iter: 30);

    private static Gen<string> Names => Gen.OneOf(Gen.Int[0, Parts.Length - 1].Select(i => Parts[i]), Gen.Char.Select(c => c.ToString()))
        .Array[1, 4].Select(parts => string.Concat(parts).Replace('/', '_').Replace('\0', '_'));
}
