using LoRDBA.Tests;

namespace LoRDBA.Tool.Tests.Commands;

public sealed class RunCommandTests
{
    private const string SmolLm2 = "models/SmolLM2-135M-Instruct.Q4_1.gguf";

    [Fact]
    public void Answers_greedily_and_says_what_acted()
    {
        var run = ToolRun.Of("run", SharedFiles.Require(SmolLm2), "--chat", "What is the capital of France?");

        Assert.Equal("The capital of France is Paris.\n", run.Out);
        Assert.Matches(@"^lordba: 37 prompt \+ 7 generated tokens in \d+\.\d\d s; ended by end; no adapter\n$", run.Error);
    }

    [Fact]
    public void Reads_the_prompt_from_standard_input_without_its_line_end()
    {
        var model = SharedFiles.Require(SmolLm2);
        string[] options = ["--max-tokens", "3", "--json"];
        var piped = ToolRun.WithInput("1, 2, 3,\n", ["run", model, .. options]).Json();
        var given = ToolRun.Of(["run", model, "1, 2, 3,", .. options]).Json();

        Assert.Equal(given.GetProperty("text").GetString(), piped.GetProperty("text").GetString());
        Assert.Equal(given.GetProperty("prompt_tokens").GetInt32(), piped.GetProperty("prompt_tokens").GetInt32());
        Assert.Equal("max_tokens", piped.GetProperty("finish").GetString());
    }

    [Fact]
    public void Ends_before_a_stop_string()
    {
        var json = ToolRun.Of("run", SharedFiles.Require(SmolLm2), "--chat", "What is the capital of France?", "--stop", "France", "--stop", "Paris", "--json").Json();

        Assert.Equal("The capital of ", json.GetProperty("text").GetString());
        Assert.Equal("stop", json.GetProperty("finish").GetString());
    }

    [Fact]
    public void The_same_seed_gives_the_same_text_and_another_seed_another()
    {
        string Text(string seed) => ToolRun.Of("run", SharedFiles.Require("models/tiny-llama.gguf"), "a", "--temperature", "1", "--seed", seed, "--max-tokens", "20", "--json").Json().GetProperty("text").GetString()!;

        Assert.Equal(Text("7"), Text("7"));
        Assert.NotEqual(Text("7"), Text("8"));
    }

    [Fact]
    public void A_full_context_ends_the_answer()
    {
        var json = ToolRun.Of("run", SharedFiles.Require("models/tiny-llama.gguf"), "a", "--context", "8", "--json").Json();

        Assert.Equal("context", json.GetProperty("finish").GetString());
    }

    [Fact]
    public void Chat_takes_the_model_s_own_template_and_marks_in_the_prompt_are_text()
    {
        using var folder = new TemporaryFolder();
        var model = ChatModel.Write(folder, "{% for m in messages %}{{ m.role ~ m.content ~ '<|eot_id|>' }}{% endfor %}", hasChatMlMarks: false);
        int PromptTokens(string prompt) => ToolRun.Of("run", model, "--chat", prompt, "--max-tokens", "1", "--json").Json().GetProperty("prompt_tokens").GetInt32();

        Assert.Equal("user".Length + 2 + 1, PromptTokens("ab"));
        // As text, <|eot_id|> is its characters.
        Assert.Equal("user".Length + "<|eot_id|>".Length + 1, PromptTokens("<|eot_id|>"));
    }

    [Fact]
    public void A_template_that_cannot_be_read_gives_way_to_ChatML_with_a_notice()
    {
        using var folder = new TemporaryFolder();
        const string template = "{{ messages.__class__ }}", reason = "the attribute __class__ is not supported";
        string[] options = ["--chat", "ab", "--max-tokens", "1"];
        var run = ToolRun.Of(["run", ChatModel.Write(folder, template, hasChatMlMarks: true), .. options]);
        var without = ToolRun.Of(["run", ChatModel.Write(folder, template, hasChatMlMarks: false), .. options]);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains(reason, run.Error);
        Assert.Contains("written as ChatML instead.\n", run.Error);
        Assert.Equal(ExitCodes.BadInput, without.ExitCode);
        Assert.Contains(reason, without.Error);
    }

    [Theory]
    [InlineData("{{ range(10 ** 9) | list }}", "it takes more than 500000 steps")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "levels deep")]
    [InlineData("{{ messages[0].x.y }}", "has no attribute y")]
    public void A_template_that_fails_on_the_conversation_is_an_error(string template, string reason)
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of("run", ChatModel.Write(folder, template, hasChatMlMarks: true), "--chat", "ab", "--max-tokens", "1");

        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.Contains(reason, run.Error);
    }

    [Fact]
    public void What_was_guessed_of_a_model_is_said_on_standard_error()
    {
        var run = ToolRun.Of("run", SharedFiles.Require("cases/gguf/neg_eos.gguf"), "hello", "--max-tokens", "1");

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("lordba: tokenizer.ggml.eos_token_id is -1, which is no token of the vocabulary. It is read as if it were absent.\n", run.Error);
    }

    [Fact]
    public void A_character_without_a_token_is_an_error_with_its_place()
    {
        var run = ToolRun.Of("run", SharedFiles.Require(SmolLm2), "abc\u0004d", "--max-tokens", "1");

        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.Contains("the character U+0004, number 4 of the text", run.Error);
    }

    [Fact]
    public void Chat_with_a_model_that_has_no_template_is_bad_input()
    {
        var run = ToolRun.Of("run", SharedFiles.Require("models/tiny-llama.gguf"), "--chat", "a");

        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.Contains("chat template", run.Error);
    }

    [Theory]
    [InlineData("--temperature", "-1", "0 to 100")]
    [InlineData("--top-k", "1.5", "0 to 2147483647")]
    [InlineData("--top-p", "0", "1E-06 to 1")]
    [InlineData("--min-p", "2", "0 to 1")]
    [InlineData("--repetition-penalty", "NaN", "0.01 to 100")]
    [InlineData("--seed", "-1", "0 to 18446744073709551615")]
    [InlineData("--context", "0", "1 to 2147483647")]
    public void Options_out_of_range_are_usage_errors(string option, string value, string range)
    {
        var run = ToolRun.Of("run", "model.gguf", $"{option}={value}", "prompt");

        Assert.Equal($"lordba: {option} takes a number from {range}, not '{value}'. Try 'lordba run --help'.\n", run.Error);
        Assert.Equal(ExitCodes.Usage, run.ExitCode);
    }
}
