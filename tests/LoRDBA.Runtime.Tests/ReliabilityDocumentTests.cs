using System.Text.RegularExpressions;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests;

/// <summary>docs/reliability.md lists which test covers which case.</summary>
public sealed partial class ReliabilityDocumentTests
{
    [Fact]
    public void Every_test_that_the_document_names_is_there()
    {
        var text = File.ReadAllText(Path.Combine(SharedFiles.RepositoryRoot, "docs", "reliability.md"));
        var tests = typeof(ReliabilityDocumentTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods().Where(method => method.IsDefined(typeof(FactAttribute), inherit: true)).Select(method => $"{type.Name}.{method.Name}"))
            .ToHashSet();

        var named = TestName().Matches(text).Select(match => match.Groups["name"].Value).ToList();
        Assert.True(named.Count > 30);
        Assert.All(named, name => Assert.Contains(name, tests));
    }

    [GeneratedRegex(@"`(?<name>\w+Tests\.\w+)`")]
    private static partial Regex TestName();
}
