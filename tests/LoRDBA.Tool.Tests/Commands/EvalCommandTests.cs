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

    /// <summary>
    /// Files that users had, and what is right: <c>../shared/cases/README.md</c>. All three hold the first lines of the test data.
    /// </summary>
    [Theory]
    [InlineData("bom")]
    [InlineData("crlf")]
    [InlineData("utf16")]
    public void Reads_text_in_the_forms_that_editors_save(string name)
    {
        var model = SharedFiles.Require("cases/gguf/trailing.gguf");
        var found = ToolRun.Of("eval", model, "--data", SharedFiles.Require($"cases/text/{name}.jsonl"), "--json").Json();
        using var folder = new TemporaryFolder();
        var plain = folder.Write("plain.jsonl", """
            {"prompt": "what is the temperature in the living room?", "completion": "{\"intent\":\"HassClimateGetTemperature\",\"area\":\"Living Room\"}"}
            {"prompt": "pause timer for pizza", "completion": "{\"intent\":\"HassPauseTimer\",\"name\":\"pizza\"}"}
            """u8.ToArray());
        var expected = ToolRun.Of("eval", model, "--data", plain, "--json").Json();

        Assert.Equal((2, expected.GetProperty("nll").GetDouble()), (found.GetProperty("lines").GetInt32(), found.GetProperty("nll").GetDouble()));
    }

    [Fact]
    public void Bytes_that_are_no_UTF8_are_refused_with_file_and_line()
    {
        var path = SharedFiles.Require("cases/text/latin1.jsonl");
        var run = ToolRun.Of("eval", SharedFiles.Require(Tiny), "--data", path);

        Assert.Equal((ExitCodes.BadInput, $"lordba: {path}: line 1 is not UTF-8. Save the file as UTF-8.\n"), (run.ExitCode, run.Error));
    }

    [Fact]
    public void The_line_of_a_byte_that_is_no_UTF8_is_found_behind_a_byte_order_mark_too()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("data.jsonl", [.. "\uFEFF{\"prompt\": \"é\", \"completion\": \"a\"}\n\n"u8, 0xFC, (byte)'\n']);

        Assert.Contains($"{path}: line 3 is not UTF-8.", ToolRun.Of("eval", SharedFiles.Require(Tiny), "--data", path).Error);
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
