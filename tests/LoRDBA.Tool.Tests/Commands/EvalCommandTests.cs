using System.Text.Json;
using LoRDBA.Tests;

namespace LoRDBA.Tool.Tests.Commands;

public sealed class EvalCommandTests
{
    private const string Tiny = "models/tiny-llama.gguf";

    [Fact]
    public void Measures_the_same_tokens_as_the_reference()
    {
        using var folder = new TemporaryFolder();
        var perLine = Path.Combine(folder.Path, "lines.jsonl");
        var run = ToolRun.Of(
            "eval", SharedFiles.Require("models/SmolLM2-135M-Instruct.Q4_1.gguf"), "--data", SharedFiles.Require("data/home-intents/en.test.jsonl"),
            "--limit", "3", "--per-line", perLine, "--json");

        var result = run.Json();
        Assert.Equal(("chatml", 3), (result.GetProperty("template").GetString(), result.GetProperty("lines").GetInt32()));
        var reference = File.ReadLines(SharedFiles.Require("reference/home-en-r16.on.en-test.jsonl")).Take(3).Select(Tokens);
        Assert.Equal(reference, File.ReadLines(perLine).Select(Tokens));
        Assert.False(result.TryGetProperty("adapter", out _));

        static int Tokens(string line) => JsonDocument.Parse(line).RootElement.GetProperty("tokens").GetInt32();
    }

    [Fact]
    public void Its_sums_are_those_of_the_trace()
    {
        using var folder = new TemporaryFolder();
        var model = SharedFiles.Require(Tiny);
        var data = folder.Write("data.jsonl", """{"prompt": "ab", "completion": "cde"}"""u8.ToArray());

        var result = ToolRun.Of("eval", model, "--data", data, "--json").Json();
        int[] Encode(string text) => [.. ToolRun.Of("tokenize", model, text, "--json").Json().GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
        int[] prompt = Encode("ab"), completion = Encode("cde");
        var trace = ToolRun.Of("trace", model, "--ids", string.Join(',', prompt.Concat(completion))).Json();
        var expected = trace.GetProperty("nll").EnumerateArray().Skip(prompt.Length - 1).Average(nll => nll.GetDouble());

        Assert.Equal("none", result.GetProperty("template").GetString());
        Assert.Equal(completion.Length, result.GetProperty("tokens").GetInt32());
        Assert.Equal(expected, result.GetProperty("nll").GetDouble(), 1e-4);
    }

    [Fact]
    public void Takes_the_model_s_own_template_where_that_is_not_ChatML()
    {
        using var folder = new TemporaryFolder();
        var model = ChatModel.Write(folder, "{% for m in messages %}{{ m.role ~ m.content ~ '<|eot_id|>' }}{% endfor %}", hasChatMlMarks: false);
        var data = folder.Write("data.jsonl", """{"prompt": "ab", "completion": "cde"}"""u8.ToArray());
        var result = ToolRun.Of("eval", model, "--data", data, "--json").Json();
        var raw = ToolRun.Of("eval", model, "--data", folder.Write("raw.jsonl", """{"prompt": "userab<|eot_id|>", "completion": "cde<|eot_id|>"}"""u8.ToArray()), "--raw", "--json").Json();

        Assert.Equal("own", result.GetProperty("template").GetString());
        Assert.Equal(4, result.GetProperty("tokens").GetInt32());
        Assert.Equal(raw.GetProperty("nll").GetDouble(), result.GetProperty("nll").GetDouble());
    }

    [Theory]
    [InlineData("", "there is no line in it")]
    [InlineData("\n{\"prompt\": \"a\", \"completion\": 1}", "line 2 is no JSON object with the texts prompt and completion")]
    [InlineData("{\"prompt\": \"a\"}", "line 1 has no text completion")]
    [InlineData("{\"prompt\": \"\", \"completion\": \"b\"}", "line 1 has no text prompt")]
    [InlineData("null", "line 1 is no JSON object")]
    public void Refuses_data_and_names_the_line(string content, string complaint)
    {
        using var folder = new TemporaryFolder();
        var data = folder.Write("data.jsonl", System.Text.Encoding.UTF8.GetBytes(content));
        var run = ToolRun.Of("eval", SharedFiles.Require(Tiny), "--data", data);

        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.StartsWith($"lordba: {data}: {complaint}", run.Error);
        Assert.Equal(1, run.Error.Count(c => c == '\n'));
    }

    [Theory, InlineData("bom"), InlineData("crlf"), InlineData("utf16")]
    public void Marks_and_line_ends_of_other_systems_are_read(string name)
    {
        var run = ToolRun.Of("eval", SharedFiles.Require(Tiny), "--data", SharedFiles.Require($"cases/text/{name}.jsonl"), "--json");
        Assert.True(run.ExitCode == ExitCodes.Done, run.Error);
        Assert.InRange(run.Json().GetProperty("lines").GetInt32(), 1, 100);
    }

    [Fact]
    public void A_line_that_is_not_UTF8_is_refused_with_file_and_line()
    {
        var latin1 = SharedFiles.Require("cases/text/latin1.jsonl");
        var number = 1 + File.ReadAllLines(latin1, System.Text.Encoding.Latin1).TakeWhile(line => line.All(char.IsAscii)).Count();
        var error = ToolRun.Of("eval", SharedFiles.Require(Tiny), "--data", latin1, "--json").ErrorJson();
        Assert.Equal(("input", "data.not-utf8"), (error.GetProperty("kind").GetString(), error.GetProperty("code").GetString()));
        Assert.StartsWith($"{latin1}: line {number} is not UTF-8", error.GetProperty("message").GetString());
        Assert.Contains("Save the file as UTF-8", error.GetProperty("message").GetString());
    }

    /// <summary>eval and compare can measure the lines before it; convert --calibrate has no such option, and names none.</summary>
    [Theory, InlineData("eval"), InlineData("compare"), InlineData("convert")]
    public void A_line_that_does_not_fit_the_context_is_named_with_what_the_verb_has(string verb)
    {
        using var folder = new TemporaryFolder();
        var model = SharedFiles.Require(Tiny);
        using (var loaded = LoRDBA.Runtime.Models.Model.Load(model)) RandomPeft.Write(folder, loaded, 2);
        const string Line = """{"prompt": "ab", "completion": "cde"}""";
        var data = folder.Write("data.jsonl", System.Text.Encoding.UTF8.GetBytes($"{Line}\n\n{Line}\n{Line.Replace("cde", string.Concat(Enumerable.Repeat("x1 ", 4000)))}\n"));
        var output = Path.Combine(folder.Path, "out");
        var run = verb switch
        {
            "eval" => ToolRun.Of("eval", model, "--data", data),
            "compare" => ToolRun.Of("compare", "--base", model, "--adapter", folder.Path, "--data", data, "-o", output),
            _ => ToolRun.Of("convert", folder.Path, "--base", model, "-o", output, "--calibrate", data),
        };

        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.Matches($@"^lordba: .*data\.jsonl: line 4 has \d+ tokens; the model's context has room for \d+\.", run.Error);
        Assert.Equal(verb != "convert", run.Error.Contains("--limit 2."));
        Assert.DoesNotContain("--context", run.Error);
        if (verb != "compare") Assert.False(Path.Exists(output));
    }

    [Fact]
    public void A_line_that_the_template_refuses_is_named()
    {
        using var folder = new TemporaryFolder();
        var model = ChatModel.Write(folder, "{% for m in messages %}{% if 'bad' in m.content %}{{ raise_exception('no such word') }}{% endif %}{{ m.role ~ m.content ~ '<|eot_id|>' }}{% endfor %}", hasChatMlMarks: false);
        var data = folder.Write("data.jsonl", "{\"prompt\": \"a\", \"completion\": \"b\"}\n{\"prompt\": \"bad\", \"completion\": \"b\"}"u8.ToArray());
        var error = ToolRun.Of("eval", model, "--data", data, "--json").ErrorJson();
        Assert.Equal("data.unusable", error.GetProperty("code").GetString());
        Assert.StartsWith($"{data}: line 2 cannot be put to the model.", error.GetProperty("message").GetString());
    }
}
