using LoRDBA.Tests;

namespace LoRDBA.Tool.Tests.Commands;

public sealed class TraceCommandTests
{
    [Fact]
    public void In_the_oracle_it_prints_what_an_independent_implementation_computes()
    {
        foreach (var reference in ReferenceText.Read(SharedFiles.Require("models/tiny-llama.jsonl")))
        {
            var trace = ToolRun.Of("trace", SharedFiles.Require("models/tiny-llama.gguf"), "--ids", string.Join(',', reference.Ids), "--oracle").Json();

            var nll = trace.GetProperty("nll").EnumerateArray().Select(value => value.GetDouble()).ToArray();
            Assert.Equal(reference.Ids.Length - 1, nll.Length);
            Assert.Equal(reference.MeanNll, nll.Append(0).Sum() / Math.Max(1, nll.Length), 1e-3);
            Assert.Equal(reference.Argmax, trace.GetProperty("argmax").EnumerateArray().Select(value => value.GetInt32()));
            Assert.Equal(reference.Ids, trace.GetProperty("ids").EnumerateArray().Select(value => value.GetInt32()));
            foreach (var (expected, actual) in reference.LastLogits.Zip(trace.GetProperty("last_logits").EnumerateArray()))
                Assert.Equal(expected, actual.GetSingle(), 1e-3f);
        }
    }

    [Fact]
    public void A_text_is_traced_as_the_tokens_that_tokenize_shows()
    {
        var model = SharedFiles.Require("models/SmolLM2-135M-Instruct.Q4_1.gguf");
        const string Text = "<|im_start|>user\nhello<|im_end|>";

        Assert.Equal(
            ToolRun.Of("tokenize", model, Text, "--json").Json().GetProperty("ids").ToString(),
            ToolRun.Of("trace", model, "--text", Text).Json().GetProperty("ids").ToString());
    }

    [Theory]
    [InlineData("Give either --text or --ids.")]
    [InlineData("Give either --text or --ids.", "--text", "a", "--ids", "1")]
    [InlineData("--ids takes token ids separated by commas; 'b' is none.", "--ids", "1,b")]
    [InlineData("--ids takes token ids separated by commas; '' is none.", "--ids", "1,")]
    [InlineData("--ids takes token ids separated by commas; '-1' is none.", "--ids=-1")]
    [InlineData("--threads takes a number from 1 to 256, not '0'.", "--ids", "1", "--threads", "0")]
    [InlineData("--adapter: the weight in 'a.lordba:NaN' is not finite.", "--ids", "1", "--adapter", "a.lordba:NaN")]
    public void Wrong_arguments_are_usage_errors(string complaint, params string[] arguments)
    {
        var run = ToolRun.Of(["trace", "model.gguf", .. arguments]);

        Assert.Equal($"lordba: {complaint} Try 'lordba trace --help'.\n", run.Error);
        Assert.Equal(ExitCodes.Usage, run.ExitCode);
    }

    [Theory]
    [InlineData("--ids", "512")]
    [InlineData("--text", "")]
    public void Tokens_that_the_model_cannot_take_are_bad_input(string option, string value)
    {
        var run = ToolRun.Of("trace", SharedFiles.Require("models/tiny-llama.gguf"), option, value);

        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.Empty(run.Out);
    }

    [Fact]
    public void More_tokens_than_the_model_knows_positions_are_bad_input()
    {
        var run = ToolRun.Of("trace", SharedFiles.Require("models/tiny-llama.gguf"), "--ids", string.Join(',', Enumerable.Repeat(1, 513)));

        Assert.Equal("lordba: 513 tokens do not fit into a context of 512: shorten the text, or raise --context as far as the model goes.\n", run.Error);
        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
    }
}
