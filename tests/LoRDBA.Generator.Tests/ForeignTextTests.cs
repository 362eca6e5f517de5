using System.Reflection;
using System.Text;
using CsCheck;
using LoRDBA.Generator.Manifest;
using LoRDBA.Tests;
using LoRDBA.Tool.Manifests;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace LoRDBA.Generator.Tests;

/// <summary>Texts of strangers on every way into source: whatever a name holds, the program has the members that it has for a harmless name.</summary>
public sealed class ForeignTextTests
{
    private static readonly string[] Linears = ["linear blk.0.attn_q blk.0.attn 64 96 4 no"];

    // What a manifest's line can hold: its only end is the line feed.
    private static readonly string[] Parts = [.. HostileText.Characters, HostileText.Sequences, "class", "Injected", "{}", "[assembly: X]"];
    private static readonly Gen<string> GenName = Gen.OneOf(Gen.String, Gen.Int[0, Parts.Length - 1].Select(i => Parts[i]))
        .List[1, 12].Select(parts => string.Concat(parts).Replace('\n', ' '));

    [Fact]
    public void The_base_of_a_manifest_adds_no_type_and_no_warning()
    {
        var text = ManifestText.Of(Linears).Replace("base Tiny", $"base x{HostileText.Name.Replace('\n', ' ')}", StringComparison.Ordinal);
        var project = new GeneratorProject().Manifest("home.shapes", text);

        Assert.Empty(project.Compile());
        Assert.Equal(Members(Harmless().Assembly()), Members(project.Assembly()));
    }

    [Fact]
    public void No_base_of_a_manifest_changes_a_token_of_the_source()
    {
        var expected = Tokens(Harmless().Run());
        GenName.Sample(name =>
        {
            var run = new GeneratorProject().Manifest("home.shapes", ManifestText.Of(Linears).Replace("base Tiny", $"base x{name}", StringComparison.Ordinal)).Run();
            Assert.Empty(run.Diagnostics);
            Assert.Equal(expected, Tokens(run));
        }, iter: 200);
    }

    [Fact]
    public void Names_of_a_model_and_of_adapters_stay_names_on_the_whole_way()
    {
        using var harmless = new TinyModel().Load();
        using var hostile = new TinyModel { Metadata = { ["general.name"] = HostileText.Name } }.Load();
        string Manifest(Runtime.Models.Model model, string name) =>
            ManifestWriter.ToText(model, [AdapterShapes.OfAll(model, 4, hasScaleIn: false) with { Name = name }, AdapterShapes.OfAll(model, 8, hasScaleIn: true) with { Name = name + "2" }]);

        var text = Manifest(hostile, HostileText.Name);
        Assert.Equal(Manifest(harmless, "a").Count(c => c == '\n'), text.Count(c => c == '\n'));
        Assert.DoesNotContain(text.EnumerateRunes(), rune => HostileText.IsObeyed(rune) && rune.Value != '\n');
        var project = new GeneratorProject().Manifest("home.shapes", text);
        Assert.Empty(project.Compile());
        Assert.Equal(Members(new GeneratorProject().Manifest("home.shapes", Manifest(harmless, "a")).Assembly()), Members(project.Assembly()));
    }

    [Fact]
    public void Names_of_types_are_refused_unless_they_are_names() => GenName.Sample((Action<string>)(name =>
    {
        var run = new GeneratorProject().Manifest("home.shapes", ManifestText.Of(Linears), className: name, ns: name).Run();
        var isRefused = !SetName.IsClass(name) && name.Length > 0;
        if (isRefused) Assert.Contains(run.Diagnostics, diagnostic => diagnostic.Id == "LORDBA017");
        Assert.Equal(isRefused, !run.GeneratedSources.Any(source => source.SourceText.ToString().Contains("SignKernels", StringComparison.Ordinal)));
    }), iter: 100);

    [Fact]
    public void A_complaint_shows_all_of_what_it_quotes()
    {
        var hostile = HostileText.Name.Replace('\n', ' ');
        var text = $"lordba-shapes 1\nbase a\nfingerprint {hostile}\n{hostile}\nlinear {hostile}\nlinear a b {hostile.Replace(' ', '_')} 1 1 no\n";
        var run = new GeneratorProject().Manifest("home.shapes", text).Run();

        Assert.True(run.Diagnostics.Length >= 4, $"{run.Diagnostics.Length} complaints");
        Assert.All(run.Diagnostics, diagnostic => Assert.DoesNotContain(diagnostic.GetMessage().EnumerateRunes(), HostileText.IsObeyed));
    }

    private static GeneratorProject Harmless() => new GeneratorProject().Manifest("home.shapes", ManifestText.Of(Linears));

    /// <summary>Types and members of a compiled project.</summary>
    private static List<string> Members(byte[] assembly) => [.. Assembly.Load(assembly).GetTypes().SelectMany(type =>
        type.GetMembers(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly).Select(member => $"{type}: {member}").Prepend($"{type}")).Order(StringComparer.Ordinal)];

    /// <summary>All that the compiler reads of what was generated: comments are none of it, directives are.</summary>
    private static string Tokens(GeneratorRunResult run)
    {
        var text = new StringBuilder();
        foreach (var source in run.GeneratedSources.OrderBy(source => source.HintName, StringComparer.Ordinal))
        {
            var root = CSharpSyntaxTree.ParseText(source.SourceText, new CSharpParseOptions(LanguageVersion.Latest, DocumentationMode.Diagnose), cancellationToken: TestContext.Current.CancellationToken).GetRoot(TestContext.Current.CancellationToken);
            Assert.Empty(root.GetDiagnostics());
            foreach (var token in root.DescendantTokens()) text.Append(token.Text).Append(' ');
            foreach (var trivia in root.DescendantTrivia().Where(trivia => trivia.IsDirective)) text.Append(trivia).Append(' ');
        }
        return text.ToString();
    }
}
