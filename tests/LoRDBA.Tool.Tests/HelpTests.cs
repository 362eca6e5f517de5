using LoRDBA.Tests;

namespace LoRDBA.Tool.Tests;

public sealed class HelpTests
{
    public static TheoryData<string> Verbs => ["inspect", "convert", "quantize", "manifest", "tokenize", "run", "eval", "tune", "compare", "analyze", "trace", "tune-classifier", "make-model", "bench", "store", "board"];

    [Fact]
    public void The_command_lists_its_verbs()
    {
        var run = ToolRun.Of("--help");

        Assert.Equal(ExitCodes.Done, run.ExitCode);
        Assert.All(Verbs, verb => Assert.Matches($"\n  {verb.Data} ", run.Out));
        Assert.Contains(ExitCodes.Help, run.Out);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void A_verb_teaches_by_examples(string verb)
    {
        var run = ToolRun.Of(verb, "--help");

        Assert.Equal((ExitCodes.Done, ""), (run.ExitCode, run.Error));
        Assert.Matches($"Usage:\n  lordba {verb} [<\\[]", run.Out);
        Assert.Matches($"\nExamples:\n(  .*lordba {verb}( .*)?\n)+\nExit codes:\n", run.Out);
        Assert.Contains("--json", run.Out);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void The_examples_parse(string verb)
    {
        var examples = ToolRun.Of(verb, "--help").Out.Split("Examples:\n")[1].Split("\n\n")[0].Split('\n');
        foreach (var example in examples)
        {
            // Past "echo ... |"; quotes hold a text together. The files do not exist, but the command line is right.
            var words = example[example.IndexOf($"lordba {verb}", StringComparison.Ordinal)..].Split('"')
                .SelectMany((part, i) => i % 2 == 1 ? [part] : part.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Skip(1);
            var readsFile = verb != "board" || example.Contains(".gguf");
            Assert.Equal(readsFile ? ExitCodes.File : ExitCodes.Done, ToolRun.Of([.. words]).ExitCode);
        }
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void The_document_has_a_section_for_it(string verb) =>
        Assert.Contains($"\n## {verb} ", File.ReadAllText(Path.Combine(SharedFiles.RepositoryRoot, "docs", "tool.md")));

    [Fact]
    public void Without_a_verb_it_is_a_usage_error()
    {
        var run = ToolRun.Of();

        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Equal("lordba: Required command was not provided. Try 'lordba --help'.\n", run.Error);
    }
}
