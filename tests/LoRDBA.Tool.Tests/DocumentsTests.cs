using System.Text.RegularExpressions;
using LoRDBA.Tests;

namespace LoRDBA.Tool.Tests;

/// <summary>What the documents point to is there.</summary>
public sealed partial class DocumentsTests
{
    public static TheoryData<string> Documents =>
        [.. new[] { "README.md", "CONTRIBUTING.md" }.Concat(Directory.GetFiles(Path.Combine(SharedFiles.RepositoryRoot, "docs"), "*.md").Select(file => "docs/" + Path.GetFileName(file)))];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_path_exists(string document)
    {
        var text = File.ReadAllText(Path.Combine(SharedFiles.RepositoryRoot, document));

        // In code a path counts from the root; in a link, from the document. NAME stands for a name to be chosen, ../shared and artifacts need not be there.
        var inCode = CodePath().Matches(text).Select(match => match.Groups["path"].Value).Where(path => !path.Contains("NAME") && !path.StartsWith("artifacts/"));
        var inLinks = Link().Matches(text).Select(match => match.Groups["path"].Value).Where(path => !path.Contains("://")).Select(path => Path.Combine(Path.GetDirectoryName(document)!, path));
        Assert.All(inCode.Concat(inLinks), path => Assert.True(Path.Exists(Path.Combine(SharedFiles.RepositoryRoot, path)), $"{path} is not there"));
    }

    [GeneratedRegex("`(?<path>(runtime|generator|firmware-tools|tests|examples|docs|\\.ci)/[\\w./-]*)`")]
    private static partial Regex CodePath();

    [GeneratedRegex(@"\]\((?<path>[^)#]+)[^)]*\)")]
    private static partial Regex Link();
}
