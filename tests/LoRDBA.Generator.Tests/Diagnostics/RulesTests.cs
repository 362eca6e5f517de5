using System.Reflection;
using LoRDBA.Generator.Diagnostics;
using LoRDBA.Tests;
using Microsoft.CodeAnalysis;

namespace LoRDBA.Generator.Tests.Diagnostics;

public sealed class RulesTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(SharedFiles.RepositoryRoot, "docs", "diagnostics.md"));

    public static TheoryData<string> Ids => [.. All.Select(rule => rule.Id)];

    private static IEnumerable<DiagnosticDescriptor> All =>
        typeof(Rules).GetFields(BindingFlags.Public | BindingFlags.Static).Select(member => member.GetValue(null)).OfType<DiagnosticDescriptor>();

    [Fact]
    public void Ids_count_up_without_a_gap() => Assert.Equal(Enumerable.Range(1, All.Count()).Select(i => $"LORDBA{i:000}"), All.Select(rule => rule.Id));

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_rule_is_explained_where_it_points(string id)
    {
        Assert.Contains($"\n## {id}\n", Document);
        Assert.Equal($"docs/diagnostics.md#{id.ToLowerInvariant()}", All.Single(rule => rule.Id == id).HelpLinkUri);
    }
}
