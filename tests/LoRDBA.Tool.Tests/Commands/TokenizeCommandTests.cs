using LoRDBA.Tests;

namespace LoRDBA.Tool.Tests.Commands;

public sealed class TokenizeCommandTests
{
    private const string Gpt2 = "data/vocab/ggml-vocab-gpt-2.gguf";

    [Fact]
    public void Prints_id_and_quoted_bytes_of_each_token()
    {
        // The ids are those of OpenAI's own tokenizer for this vocabulary.
        var run = ToolRun.Of("tokenize", SharedFiles.Require(Gpt2), "Hello world\n");

        Assert.Equal("   15496  \"Hello\"\n     995  \" world\"\n     198  \"\\n\"\n", run.Out);
    }

    [Fact]
    public void Reads_a_file_to_its_last_byte()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("text.txt", "Hello world\n"u8.ToArray());

        var json = ToolRun.Of("tokenize", SharedFiles.Require(Gpt2), "--file", file, "--json").Json();
        Assert.Equal("[15496,995,198]", json.GetProperty("ids").ToString());
        Assert.Equal("""["Hello"," world","\n"]""", json.GetProperty("pieces").ToString());
    }

    [Fact]
    public void Takes_text_that_looks_like_a_switch_behind_two_dashes()
    {
        var json = ToolRun.Of("tokenize", "--json", "--", SharedFiles.Require(Gpt2), "--help").Json();

        Assert.Equal("--help", string.Concat(json.GetProperty("pieces").EnumerateArray().Select(piece => piece.GetString())));
    }

    [Theory]
    [InlineData]
    [InlineData("text", "--file", "file.txt")]
    public void Wants_exactly_one_source(params string[] arguments)
    {
        var run = ToolRun.Of(["tokenize", "model.gguf", .. arguments]);

        Assert.Equal("lordba: Give either TEXT or --file. Try 'lordba tokenize --help'.\n", run.Error);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var run = ToolRun.Of("tokenize", "model.gguf", "--file", "/nowhere/text.txt");

        Assert.Equal(ExitCodes.File, run.ExitCode);
        Assert.Contains("/nowhere/text.txt", run.Error);
    }

    [Fact]
    public void A_file_that_is_no_UTF8_is_refused_with_its_line()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("text.txt", [(byte)'a', (byte)'\n', 0xE9]);
        var run = ToolRun.Of("tokenize", SharedFiles.Require(Gpt2), "--file", path);

        Assert.Equal((ExitCodes.BadInput, $"lordba: {path}: line 2 is not UTF-8. Save the file as UTF-8.\n"), (run.ExitCode, run.Error));
    }
}
