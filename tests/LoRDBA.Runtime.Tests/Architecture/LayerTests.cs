using System.Text.RegularExpressions;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Architecture;

/// <summary>The house of docs/architecture.md: a namespace is its folder, and what a folder of the runtime reads is listed there.</summary>
public sealed partial class LayerTests
{
    private static readonly string Root = Path.Combine(SharedFiles.RepositoryRoot, "runtime", "LoRDBA.Runtime");

    private static readonly string[] Sources = [.. Directory.GetFiles(Root, "*.cs", SearchOption.AllDirectories)];

    /// <summary>The lines "Folder → folders" of the page.</summary>
    private static readonly Dictionary<string, string[]> Arrows = Arrow().Matches(File.ReadAllText(Path.Combine(SharedFiles.RepositoryRoot, "docs", "architecture.md")))
        .ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries).Where(name => name != "-").ToArray());

    [Fact]
    public void A_namespace_is_its_folder() => Assert.All(Sources, file =>
        Assert.Equal($"LoRDBA.Runtime.{Path.GetRelativePath(Root, Path.GetDirectoryName(file)!).Replace('/', '.')}".TrimEnd('.'), Namespace().Match(File.ReadAllText(file)).Groups[1].Value));

    [Fact]
    public void No_source_reads_a_folder_that_the_picture_does_not_allow() => Assert.All(Sources, file =>
    {
        var folder = FolderOf(Path.GetRelativePath(Root, file).Replace('/', '.'));
        var read = Read().Matches(Comment().Replace(File.ReadAllText(file), "")).Select(match => FolderOf(match.Groups[1].Value)).Where(name => name != folder && Arrows.ContainsKey(name));
        Assert.All(read, name => Assert.True(folder.Length > 0 && Arrows[folder].Contains(name), $"{Path.GetRelativePath(Root, file)} reads {name}, and docs/architecture.md has no arrow {folder} → {name}"));
    });

    [Fact]
    public void The_picture_names_every_folder_and_its_arrows_go_down_only()
    {
        // What has no source is no layer: build/ is for the projects that get the package.
        var layers = Directory.GetDirectories(Root).Where(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Any());
        Assert.Equal(layers.Select(Path.GetFileName).Order(), Arrows.Keys.Order());
        var order = Arrows.Keys.ToList();
        Assert.All(Arrows, arrow => Assert.All(arrow.Value, to => Assert.True(order.IndexOf(to) > order.IndexOf(arrow.Key), $"{arrow.Key} → {to} goes up")));
    }

    private static string FolderOf(string path) => path.Contains('.') && Directory.Exists(Path.Combine(Root, path.Split('.')[0])) ? path.Split('.')[0] : Directory.Exists(Path.Combine(Root, path)) ? path : "";

    [GeneratedRegex(@"^ {4}(\w+) +→ +([\w, -]+)$", RegexOptions.Multiline)]
    private static partial Regex Arrow();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    // A using, or a name that is spelled out from the root or from within the runtime.
    [GeneratedRegex(@"(?:LoRDBA\.Runtime\.|(?<![\w.""])(?=(?:Adapters|Blocks|Chat|Generation|Gguf|Inference|Kernels|Memory|Models|Quantization|SelfTest|Threading|Tokenization)\.))(\w+(?:\.\w+)*)")]
    private static partial Regex Read();

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comment();
}
