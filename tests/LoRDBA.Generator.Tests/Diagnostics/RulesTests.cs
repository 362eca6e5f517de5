using System.Reflection;
using System.Text.RegularExpressions;
using LoRDBA.Generator.Diagnostics;
using LoRDBA.Tests;
using Microsoft.CodeAnalysis;

namespace LoRDBA.Generator.Tests.Diagnostics;

public sealed class RulesTests
{
    private static readonly string Generator = Path.Combine(SharedFiles.RepositoryRoot, "generator", "LoRDBA.Generator");

    private static readonly string Document = File.ReadAllText(Path.Combine(SharedFiles.RepositoryRoot, "docs", "diagnostics.md"));

    public static TheoryData<string> Ids => [.. All.Select(rule => rule.Id)];

    private static IEnumerable<DiagnosticDescriptor> All =>
        typeof(Rules).GetFields(BindingFlags.Public | BindingFlags.Static).Select(member => member.GetValue(null)).OfType<DiagnosticDescriptor>();

    /// <summary>What the build complains about by itself.</summary>
    private static IEnumerable<string> IdsOfTargets =>
        Directory.GetFiles(Path.Combine(SharedFiles.RepositoryRoot, "runtime", "LoRDBA.Runtime", "build")).SelectMany(file =>
            Regex.Matches(File.ReadAllText(file), "Code=\"(LORDBA\\d{3})\"").Select(match => match.Groups[1].Value));

    [Fact]
    public void Ids_count_up_without_a_gap_those_of_the_targets_among_them()
    {
        var ids = All.Select(rule => rule.Id).Concat(IdsOfTargets).Order(StringComparer.Ordinal).ToList();

        Assert.Equal(Enumerable.Range(1, ids.Count).Select(i => $"LORDBA{i:000}"), ids);
        Assert.Equal(All.Select(rule => rule.Id).Order(StringComparer.Ordinal), All.Select(rule => rule.Id));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_rule_is_listed_with_the_release(string id) => Assert.Contains(
        $"\n{id} | LoRDBA | Error | {All.Single(rule => rule.Id == id).Title}\n", File.ReadAllText(Path.Combine(Generator, "AnalyzerReleases.Unshipped.md")));

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_rule_is_explained_where_it_points(string id)
    {
        Assert.Contains($"\n## {id}\n", Document);
        // The address that the SDK found for this clone, if any: then an absolute one.
        var repository = typeof(Rules).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().SingleOrDefault(attribute => attribute.Key == "RepositoryUrl")?.Value;
        Assert.Equal(Rules.HelpLink(repository?.TrimEnd('/'), id.ToLowerInvariant()) ?? "", All.Single(rule => rule.Id == id).HelpLinkUri);
    }

    [Fact]
    public void A_help_link_is_an_address() =>
        Assert.Equal("https://host.example/lordba/blob/HEAD/docs/diagnostics.md#lordba001", Rules.HelpLink("https://host.example/lordba", "lordba001"));

    [Fact]
    public void What_the_build_complains_about_is_explained_too() => Assert.All(IdsOfTargets, id => Assert.Contains($"\n## {id}\n", Document));
}
