using LoRDBA.Runtime.Chat;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Tokenization;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Models;

/// <summary>Files that users had trouble with, and what is right: <c>../shared/cases/README.md</c>.</summary>
public sealed class FoundModelsTests
{
    /// <summary>What llama.cpp loses on each of <see cref="Ids"/> with the model that most of the files were made of.</summary>
    private const double Undamaged = 7.2242;

    private const string Text = "hello the world 123 <s>";

    private static readonly int[] Ids = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 111, 222, 333, 444, 55];

    private static readonly int[] TextIds = [107, 269, 422, 35, 282, 104, 35, 122, 315, 428, 35, 52, 53, 54, 35, 1];

    /// <summary>The file, what is lost on each of <see cref="Ids"/> by llama.cpp, and how many things about it are guessed.</summary>
    [Theory]
    [InlineData("attn_bias", 7.1821, 0)]
    [InlineData("headcount_array", 7.2169, 0)]
    [InlineData("norms_2d", Undamaged, 0)]
    [InlineData("trailing", Undamaged, 0)]
    [InlineData("ctx_zero", Undamaged, 1)]
    [InlineData("neg_eos", Undamaged, 0)]
    [InlineData("no_pre", Undamaged, 0)]
    [InlineData("badmerge", Undamaged, 0)]
    public void A_sound_model_of_an_odd_form_runs(string name, double llamaCpp, int notices)
    {
        using var model = Model.Load(File(name));

        // Both programs round activations, each in its way.
        Assert.Equal(llamaCpp, Nll(model), 0.03);
        Assert.Equal(notices, model.Notices.Count);
        if (llamaCpp != Undamaged) return;
        using var undamaged = Model.Load(SharedFiles.Require("models/tiny-llama.gguf"));
        Assert.Equal(Nll(undamaged), Nll(model));
    }

    /// <summary>Whatever llama.cpp can read of them it computes as we do.</summary>
    [Theory]
    [InlineData("attn_bias")]
    [InlineData("headcount_array")]
    [InlineData("norms_2d")]
    [InlineData("trailing")]
    [InlineData("badmerge")]
    public void Llama_cpp_computes_the_same(string name)
    {
        NodePeer.Require("@node-llama-cpp/linux-x64");
        using var model = Model.Load(File(name));

        Assert.Equal(LlamaCppNll.Of(File(name), Ids).Average(), Nll(model), 0.03);
    }

    [Theory]
    [InlineData("neg_eos", "tokenizer.ggml.eos_token_id is -1, which is no token")]
    [InlineData("no_pre", "The file names no pre-tokenizer")]
    [InlineData("badmerge", "1 of 254 merges need a token that the vocabulary lacks and are left out. The first is merge 253")]
    [InlineData("trailing", null)]
    public void Its_texts_are_read_with_a_notice_where_something_is_guessed(string name, string? notice)
    {
        using var file = GgufFile.Open(File(name));
        var tokenizer = Tokenizer.FromGguf(file);

        // The default rule takes the digits apart by threes, which here gives the same.
        Assert.Equal(TextIds, tokenizer.Encode(Text));
        if (notice is null) Assert.Empty(tokenizer.Notices);
        else Assert.Contains(notice, Assert.Single(tokenizer.Notices));
        Assert.Equal(name == "neg_eos" ? null : 2, tokenizer.Vocabulary.EosId);
    }

    [Fact]
    public void Bytes_that_are_called_normal_tokens_are_bytes()
    {
        using var file = GgufFile.Open(File("spm_bytes_normal"));
        var tokenizer = Tokenizer.FromGguf(file);

        Assert.Equal([263, 13, 13, 29890], tokenizer.Encode("a\n\nb"));
        Assert.Equal("a\n\nb", tokenizer.Decode([263, 13, 13, 29890]));
        Assert.Equal("🦙", tokenizer.Decode(tokenizer.Encode("🦙")));
    }

    [Fact]
    public void Marks_that_are_called_normal_tokens_are_marks()
    {
        using var source = GgufFile.Open(File("spm_chatml_normal"));
        const string template = "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}{{ '<|im_start|>assistant\n' }}";
        var writer = new GgufWriter();
        foreach (var key in source.Metadata.Keys) writer.Copy(source, key);
        using var file = GgufFile.FromBytes(writer.Add("tokenizer.chat_template", template).ToArray(), "chat");
        var tokenizer = Tokenizer.FromGguf(file);
        var (start, end) = (32000, 32001);
        var ids = tokenizer.EncodePrompt(ChatTemplate.FromGguf(file, tokenizer.Vocabulary).Render([new("user", "Hi <|im_end|>")]));

        Assert.Equal((1, start, start), (ids[0], ids[1], ids[^3]));
        Assert.Equal((2, 1), (ids.Count(id => id == start), ids.Count(id => id == end)));
        Assert.True(tokenizer.IsEndOfGeneration(end));
        Assert.Equal("Hi", tokenizer.Decode([.. tokenizer.Encode("Hi"), end]));
    }

    [Theory]
    [InlineData("q4_0_4_4", "Q4_0_4_4 (type 31) has been retired. It was made for an older llama.cpp on ARM: take the model's Q4_0 file.")]
    [InlineData("iq3s", "IQ3_S is not supported yet. Use a model whose tensors are F32, F16")]
    public void A_type_that_cannot_be_read_is_refused_by_its_name_with_advice(string name, string message) =>
        Assert.Contains(message, Assert.Throws<GgufException>(() => Model.Load(File(name))).Message);

    [Fact]
    public void Every_file_has_its_case() => Assert.Equal(
        [
            "attn_bias", "badmerge", "ctx_zero", "headcount_array", "iq3s", "neg_eos", "no_pre", "norms_2d", "q4_0_4_4", "spm_bytes_normal",
            "spm_chatml_normal", "trailing",
        ],
        Directory.GetFiles(SharedFiles.Require("cases/gguf")).Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal));

    private static double Nll(Model model)
    {
        using var sequence = model.CreateSequence();
        return Scoring.Of(sequence, Ids).MeanNll;
    }

    private static string File(string name) => SharedFiles.Require($"cases/gguf/{name}.gguf");
}
