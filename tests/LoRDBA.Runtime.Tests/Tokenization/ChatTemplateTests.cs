using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Tokenization;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Tokenization;

public sealed class ChatTemplateTests
{
    private const string Plain = "{% for m in messages %}{{'<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>' + '\n'}}{% endfor %}";
    private const string EscapedDefault = "{{- '<|im_start|>system\\n' }}{{- messages[0].content + '<|im_end|>' }}{{- \"<|im_start|>system\\nBe brief.<|im_end|>\\n\" }}";

    private static readonly ChatMessage User = new("user", "What is the capital of France?");

    [Fact]
    public void SmolLM2_renders_the_first_reference_text()
    {
        using var file = GgufFile.Open(SharedFiles.Require(RealTokenizers.SmolLM2));
        using var reference = System.Text.Json.JsonDocument.Parse(File.ReadLines(SharedFiles.Require("reference/smollm2-135m-q4_1.jsonl")).First());

        Assert.Equal(reference.RootElement.GetProperty("text").GetString(), ChatTemplate.FromGguf(file).Render([User], addGenerationPrompt: true));
    }

    [Fact]
    public void SmolLM2_takes_another_system_message_and_earlier_turns()
    {
        using var file = GgufFile.Open(SharedFiles.Require(RealTokenizers.SmolLM2));
        var template = ChatTemplate.FromGguf(file);

        Assert.Equal("<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nYes?<|im_end|>\n",
            template.Render([new("system", "Be brief."), new("user", "Hi"), new("assistant", "Yes?")], addGenerationPrompt: false));
        Assert.Equal("<|im_start|>assistant\n", template.Render([], addGenerationPrompt: true));
    }

    [Theory]
    [InlineData(Plain, "")]
    [InlineData(EscapedDefault, "<|im_start|>system\nBe brief.<|im_end|>\n")]
    public void Begins_with_the_system_message_that_the_template_writes_out(string template, string beginning)
    {
        using var file = new TinyVocabulary { ChatTemplate = template }.Build();

        Assert.Equal(beginning + "<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n",
            ChatTemplate.FromGguf(file).Render([User], addGenerationPrompt: true));
    }

    [Theory]
    [InlineData("{{ bos_token }}[INST] {{ messages[0].content }} [/INST]", "not ChatML")]
    [InlineData("<|im_start|> alone", "not ChatML")]
    [InlineData("", "not ChatML")]
    [InlineData(null, "no chat template")]
    public void Refuses_what_is_not_ChatML(string? template, string reason)
    {
        using var file = new TinyVocabulary { ChatTemplate = template }.Build();

        Assert.Contains(reason, Assert.Throws<ChatTemplateException>(() => ChatTemplate.FromGguf(file)).Message);
    }
}
