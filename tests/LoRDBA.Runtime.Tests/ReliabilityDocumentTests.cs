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
        // The sources: the document names tests of several projects.
        var tests = Directory.GetFiles(Path.Combine(SharedFiles.RepositoryRoot, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .SelectMany(file => Test().Matches(File.ReadAllText(file)).Select(match => $"{Path.GetFileNameWithoutExtension(file)}.{match.Groups["name"].Value}"))
            .ToHashSet();

        var named = TestName().Matches(text).Select(match => match.Groups["name"].Value).ToList();
        Assert.True(named.Count > 30);
        Assert.All(named, name => Assert.Contains(name, tests));
    }

    /// <summary>A method behind the attribute that makes it a test, and perhaps others.</summary>
    [GeneratedRegex(@"\[(Fact|Theory)\b.*?\bpublic (\w+ )?(void|Task) (?<name>\w+)\(", RegexOptions.Singleline)]
    private static partial Regex Test();

    [GeneratedRegex(@"`(?<name>\w+Tests\.\w+)`")]
    private static partial Regex TestName();
}
