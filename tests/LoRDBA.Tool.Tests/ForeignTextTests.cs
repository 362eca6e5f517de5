using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Models;
using LoRDBA.Tests;

namespace LoRDBA.Tool.Tests;

/// <summary>Texts of strangers on every way to a terminal: no verb prints what a terminal would obey or hide, whatever a file holds.</summary>
public sealed class ForeignTextTests : IDisposable
{
    // A key or the name of a tensor may not hold control characters: the reader refuses them.
    private static readonly string NameWithoutControls = string.Concat(HostileText.Characters.Where(character => !character.Any(char.IsControl)));

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_model_s_texts_are_shown_and_not_obeyed()
    {
        var path = WriteModel();
        foreach (var command in (string[][])[["inspect", path], ["inspect", path, "--tensors"], ["tokenize", path, "ab\u001bc"], ["manifest", path, "--rank", "4", "-o", At("a.shapes")]])
            IsSafe(command, ExitCodes.Done);
        IsSafe(["tokenize", path, "ab" + HostileText.Sequences], ExitCodes.BadInput);
        Assert.Contains(@"\u001B[2J\u001B]0;title\u0007", ToolRun.Of("inspect", path).Out);
    }

    [Fact]
    public void An_adapter_s_texts_are_shown_and_not_obeyed()
    {
        var path = WriteModel();
        var adapter = WriteAdapter(path);
        IsSafe(["inspect", adapter], ExitCodes.Done);
        IsSafe(["inspect", adapter, "--tensors"], ExitCodes.Done);
        IsSafe(["manifest", path, adapter, "-o", At("b.shapes")], ExitCodes.Done);
        IsSafe(["eval", path, "--adapter", adapter, "--raw", "--data", folder.Write("d.jsonl", """{"prompt": "a", "completion": "b"}"""u8.ToArray())], ExitCodes.Done);
    }

    [Fact]
    public void Errors_quote_texts_that_are_shown_and_not_obeyed()
    {
        var adapter = WriteAdapter(WriteModel());
        var other = folder.Write("other.gguf", new TinyModel { Metadata = { ["general.name"] = HostileText.Name, ["llama.rope.freq_base"] = 5f } }.ToArray());
        IsSafe(["run", other, "--adapter", adapter, "a"], ExitCodes.BadInput);
        IsSafe(["run", folder.Write("arch.gguf", new TinyModel { Metadata = { ["general.architecture"] = HostileText.Name } }.ToArray()), "a"], ExitCodes.BadInput);
        IsSafe(["tokenize", folder.Write("vocabulary.gguf", new TinyModel { Metadata = { ["tokenizer.ggml.model"] = HostileText.Name } }.ToArray()), "a"], ExitCodes.BadInput);
        IsSafe(["inspect", adapter, "--tensor", HostileText.Sequences], ExitCodes.BadInput);
        IsSafe(["inspect", At("none\u001b[2J\u202E")], ExitCodes.File);
        IsSafe([HostileText.Sequences], ExitCodes.Usage);

        var lora = SmallLora.Write(folder);
        File.WriteAllText(Path.Combine(lora, "adapter_config.json"), $$"""{"peft_type": "{{"\u001b[2J\u202E\n".Replace("\u001b", "\\u001b").Replace("\n", "\\n")}}", "r": 4}""");
        IsSafe(["inspect", lora], ExitCodes.BadInput);
    }

    [Fact]
    public void A_template_s_error_is_shown_and_not_obeyed()
    {
        var path = ChatModel.Write(folder, "{{ raise_exception('\u001b[2J\u202E') }}{{ messages | \u202Emd5 }}\u001b]0;x\a", hasChatMlMarks: true);
        IsSafe(["inspect", path], ExitCodes.Done);
        IsSafe(["run", path, "--chat", "ab", "--max-tokens", "1"], ExitCodes.Done);
    }

    [Fact]
    public void An_answer_is_shown_on_a_terminal_and_exact_in_a_pipe()
    {
        var path = WriteModel();
        string[] command = ["run", path, "ab", "--adapter", WriteAdapter(path), "--max-tokens", "50", "--temperature", "2", "--seed", "3"];
        var (shown, piped) = (ToolRun.OnTerminal(command), ToolRun.Of(command));

        IsShown(piped.Error);
        Assert.Contains('\u001b', piped.Out);
        Assert.Contains(@"\u001B", shown.Out);
        Assert.DoesNotContain(shown.Out, c => char.IsControl(c) && c is not ('\n' or '\t'));
        Assert.Equal(piped.Out.Replace("\u001b", @"\u001B", StringComparison.Ordinal), shown.Out);
    }

    [Fact]
    public void A_report_shows_names_as_text()
    {
        var page = new LoRDBA.Tool.Reports.HtmlPage(HostileText.Name).Heading(HostileText.Name).Paragraph(HostileText.Name).Table([HostileText.Name], [([HostileText.Name], false)]).ToString();

        Assert.DoesNotContain("<x>", page);
        Assert.DoesNotContain(page.EnumerateRunes(), rune => HostileText.IsObeyed(rune) && rune.Value != '\n');
    }

    private string At(string name) => Path.Combine(folder.Path, name);

    /// <summary>For a person, on a terminal too, no character is obeyed but the end of a line, and a program gets JSON on one line.</summary>
    private static void IsSafe(string[] command, int exitCode)
    {
        foreach (var run in (ToolRun[])[ToolRun.Of(command), ToolRun.OnTerminal(command)])
        {
            Assert.True(run.ExitCode == exitCode, $"{command[0]}: {run.ExitCode}, {run.Error}");
            IsShown(run.Out);
            IsShown(run.Error);
        }
        var json = ToolRun.Of([.. command, "--json"]);
        foreach (var text in (string[])[json.Out, json.Error]) Assert.DoesNotContain(text.TrimEnd('\n'), char.IsControl);
    }

    private static void IsShown(string text)
    {
        Assert.DoesNotContain(text.EnumerateRunes(), rune => HostileText.IsObeyed(rune) && rune.Value != '\n');
        Assert.DoesNotContain("\nlordba: done\n", text);
    }

    /// <summary>A model whose every text is hostile, with a vocabulary that holds the character ESC.</summary>
    private string WriteModel()
    {
        // U+011B is the byte 0x1B in the spelling of GPT-2's vocabularies.
        string[] tokens = [.. Enumerable.Range(0, TinyModel.NVocab - 1).Select(i => i % 2 == 0 ? $"{(char)('a' + i / 2)}" : $"\u011B{(char)('a' + i / 2)}"), "\u011B"];
        var metadata = new Dictionary<string, object>
        {
            ["general.name"] = HostileText.Name,
            ["general.license"] = HostileText.Name,
            [$"llama.{NameWithoutControls}"] = HostileText.Name,
            ["tokenizer.ggml.model"] = "gpt2",
            ["tokenizer.ggml.pre"] = "gpt-2",
        };
        var model = new TinyModel
        {
            More = writer => writer.AddArray("tokenizer.ggml.tokens", tokens)
                .AddArray<int>("tokenizer.ggml.token_type", [.. tokens.Select(_ => 1)])
                .AddArray("tokenizer.ggml.merges", Array.Empty<string>()),
        };
        foreach (var (key, value) in metadata) model.Metadata[key] = value;
        return folder.Write("hostile.gguf", model.ToArray());
    }

    private string WriteAdapter(string modelPath)
    {
        using var model = Model.Load(modelPath);
        var header = new LordbaHeader
        {
            Name = HostileText.Name,
            License = HostileText.Name,
            Base = LordbaBase.Of(model),
            ScaleBits = 4,
            Training = new LordbaTraining(HostileText.Name, default, 1, 1, 1),
        };
        var linear = model.Linears[0];
        var factors = new LordbaFactors
        {
            Name = linear.Name,
            NIn = linear.NIn,
            SignsA = new byte[LordbaFactors.SignRowLength(linear.NIn)],
            SignsB = new byte[LordbaFactors.SignRowLength(linear.NOut)],
            M = new float[1],
            ScaleOut = new float[linear.NOut],
            CodeOut = new ScaleCode(4, 0, 0),
        };
        return folder.Write("hostile.lordba", LordbaWriter.ToArray(header, [factors]));
    }
}
