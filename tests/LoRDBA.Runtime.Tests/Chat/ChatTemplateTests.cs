using System.Text.Json;
using LoRDBA.Runtime.Chat;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Tests.Tokenization;
using LoRDBA.Runtime.Tokenization;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Chat;

public sealed class ChatTemplateTests
{
    private const string Plain = "{% for m in messages %}{{ bos_token ~ m.role ~ ': ' ~ m.content ~ eos_token }}\n{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}";

    private static readonly ChatMessage User = new("user", "What is the capital of France?");

    private static readonly TinyVocabulary Marked = new() { Tokens = ["a", "<s>", "</s>", "<|im_start|>", "<|im_end|>"], Types = [1, 3, 3, 3, 3], Ids = [("bos", 1), ("eos", 2)] };

    [Fact]
    public void SmolLM2_renders_the_first_reference_text()
    {
        using var file = GgufFile.Open(SharedFiles.Require(RealTokenizers.SmolLM2));
        using var reference = JsonDocument.Parse(File.ReadLines(SharedFiles.Require("reference/smollm2-135m-q4_1.jsonl")).First());
        var template = ChatTemplate.FromGguf(file, Vocabulary.FromGguf(file));

        Assert.Equal(reference.RootElement.GetProperty("text").GetString(), template.Render([User]).Text);
        Assert.True(template.IsOwn);
        Assert.Null(template.Notice);
    }

    [Fact]
    public void SmolLM2_takes_another_system_message_and_earlier_turns()
    {
        using var file = GgufFile.Open(SharedFiles.Require(RealTokenizers.SmolLM2));
        var template = ChatTemplate.FromGguf(file, Vocabulary.FromGguf(file));

        Assert.Equal("<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nYes?<|im_end|>\n",
            template.Render([new("system", "Be brief."), new("user", "Hi"), new("assistant", "Yes?")], new() { AddGenerationPrompt = false }).Text);
        Assert.Equal("<|im_start|>assistant\n", template.Render([]).Text);
    }

    [Fact]
    public void A_sample_is_ChatML_without_the_system_message_of_the_template()
    {
        using var file = GgufFile.Open(SharedFiles.Require(RealTokenizers.SmolLM2));
        var tokenizer = Tokenizer.FromGguf(file);
        var template = ChatTemplate.ForSamples(file, tokenizer.Vocabulary);
        var (prompt, completion) = template.EncodeSample(tokenizer, "light on", "{}");

        Assert.False(template.IsOwn);
        Assert.Equal(tokenizer.Encode("<|im_start|>user\nlight on<|im_end|>\n<|im_start|>assistant\n"), prompt);
        Assert.Equal(tokenizer.Encode("{}<|im_end|>"), completion);
    }

    [Fact]
    public void A_sample_of_another_template_is_its_one_message_and_ends_with_its_end_of_turn()
    {
        using var file = (Marked with { ChatTemplate = Plain, Tokens = ["a", "<s>", "</s>", "<|eot_id|>", "<unk>"], Types = [1, 3, 3, 3, 2] }).Build();
        var tokenizer = Tokenizer.FromGguf(file);
        var (prompt, completion) = ChatTemplate.ForSamples(file, tokenizer.Vocabulary).EncodeSample(tokenizer, "aa", "a</s>");

        // <s>user: aa</s>\nassistant: of which the vocabulary has the a alone. The template closes a turn with </s>.
        Assert.Equal([1, 4, 4, 4, 4, 4, 4, 0, 0, 2, 4, 0, 4, 4, 4, 4, 4, 0, 4, 4, 4], prompt);
        Assert.Equal([0, 4, 4, 4, 4, 2], completion);
    }

    [Theory]
    [InlineData("{% for m in messages %}{{ '<|' + m.role + '|>' + m.content + '<|stop|>\n' }}{% endfor %}", "<|stop|>")]
    [InlineData("{% for m in messages %}{{ m.content | trim }} [OVER]{% endfor %}", "[OVER]")]
    [InlineData("{% for m in messages %}{{ m.content + eos_token }}{% endfor %}", "</s>")]
    [InlineData("{% for m in messages %}{{ '<|stop|>' + m.content }}{% endfor %}", null)]            // begins turns, closes none
    [InlineData("{% for m in messages %}{{ m.content + '. <|stop|>' }}{% endfor %}", null)]
    [InlineData("{% if messages | length > 1 %}{{ raise_exception('one message') }}{% endif %}", null)]
    public void The_mark_with_which_a_template_closes_a_turn_ends_an_answer(string template, string? mark)
    {
        string[] tokens = ["a", "<s>", "</s>", "<|stop|>", "[OVER]", "<|im_end|>"];
        using var file = (Marked with { ChatTemplate = template, Tokens = tokens, Types = [1, 3, 3, 1, 1, 1] }).Build();

        Assert.Equal(mark is null ? [] : [Array.IndexOf(tokens, mark)], ChatTemplate.FromGguf(file, Vocabulary.FromGguf(file)).EndTokens);
    }

    [Fact]
    public void Marks_that_the_file_calls_normal_are_single_tokens_where_the_template_wrote_them_and_text_in_a_message()
    {
        using var file = new TinyVocabulary
        {
            Tokens = ["<", "a", ">", "[", "A", "]", "<a>", "[A]", "<|a|>", "|"],
            ChatTemplate = "{{ '<|a|><a>' + messages[0].content + '[A]' }}",
        }.Build();
        var tokenizer = Tokenizer.FromGguf(file);
        var chat = ChatTemplate.FromGguf(file, tokenizer.Vocabulary);

        Assert.Equal([8, 6, 0, 1, 2, 3, 4, 5, 0, 9, 1, 9, 2, 7], tokenizer.Encode(chat.Render([new("user", "<a>[A]<|a|>")])));
    }

    [Fact]
    public void A_template_that_fails_on_one_conversation_keeps_the_others()
    {
        using var file = (Marked with { ChatTemplate = "{% if messages | length == 1 %}{{ messages[0].x.y }}{% endif %}{{ messages | length }}" }).Build();
        var template = ChatTemplate.FromGguf(file, Vocabulary.FromGguf(file));

        Assert.True(template.IsOwn);
        Assert.EndsWith("That was a conversation of one message; it may work for another.", template.Notice);
        Assert.Equal("2", template.Render([User, User]).Text);
        Assert.Equal((ChatTemplateError.WrongValue, 1), Assert.Throws<ChatTemplateException>(() => template.Render([User])) is var error ? (error.Error, error.Line) : default);
        Assert.Equal("3", template.Render([User, User, User]).Text);
    }

    [Theory]
    [InlineData("{{ strftime_now('%Y') }}")]
    [InlineData("{{ mood.value }}")]
    [InlineData("{{ tools[0].name }}")]
    public void The_trial_has_what_real_use_has(string template)
    {
        using var file = (Marked with { ChatTemplate = template }).Build();
        using var json = JsonDocument.Parse("""{"variables": {"mood": {"value": 1}}, "tools": [{"name": "go"}]}""");
        var options = new ChatOptions { Variables = json.RootElement.GetProperty("variables"), Tools = json.RootElement.GetProperty("tools"), Clock = new FixedClock() };

        Assert.Null(ChatTemplate.FromGguf(file, Vocabulary.FromGguf(file), options).Notice);
    }

    [Fact]
    public void The_trial_has_a_clock_by_itself()
    {
        using var file = (Marked with { ChatTemplate = "{{ strftime_now('%Y') }}" }).Build();

        Assert.Null(ChatTemplate.FromGguf(file, Vocabulary.FromGguf(file)).Notice);
    }

    [Theory]
    [InlineData("with tools", "with tools", null)]
    [InlineData("{{ x | md5 }}", "without", "conversations with tools are written by tokenizer.chat_template")]
    public void A_conversation_with_tools_is_written_by_the_template_for_them(string toolTemplate, string written, string? notice)
    {
        using var file = (Marked with { ChatTemplate = "without", More = writer => writer.Add("tokenizer.chat_template.tool_use", toolTemplate) }).Build();
        using var tools = JsonDocument.Parse("[]");
        var template = ChatTemplate.FromGguf(file, Vocabulary.FromGguf(file));

        Assert.Equal("without", template.Render([User]).Text);
        Assert.Equal(written, template.Render([User], new() { Tools = tools.RootElement }).Text);
        if (notice is null) Assert.Null(template.Notice);
        else Assert.Contains(notice, template.Notice);
    }

    [Fact]
    public void A_template_sees_the_marks_of_the_vocabulary_and_what_it_is_told()
    {
        using var file = (Marked with { ChatTemplate = "{{ bos_token }}|{{ eos_token }}|{{ tools is none }}|{{ mood }}|{% if messages[0].tool_calls %}{{ messages[0].tool_calls[0].name }}{% endif %}|{{ strftime_now is defined }}" }).Build();
        using var json = JsonDocument.Parse("""{"message": {"role": "assistant", "content": null, "tool_calls": [{"name": "go"}]}, "variables": {"mood": "good"}}""");
        var template = ChatTemplate.FromGguf(file, Vocabulary.FromGguf(file));
        var message = ChatMessage.FromJson(json.RootElement.GetProperty("message"));

        Assert.Equal("<s>|</s>|True|good|go|False", template.Render([message], new() { Variables = json.RootElement.GetProperty("variables") }).Text);
    }

    [Fact]
    public void Tells_the_date_of_the_given_clock()
    {
        using var file = (Marked with { ChatTemplate = "{{ strftime_now('%d %b %Y, %A, %-d %B, %H:%M %p %%') if strftime_now is defined else 'no clock' }}" }).Build();
        var template = ChatTemplate.FromGguf(file, Vocabulary.FromGguf(file));

        Assert.Equal("no clock", template.Render([User]).Text);
        Assert.Equal("05 Jan 2026, Monday, 5 January, 14:07 PM %", template.Render([User], new() { Clock = new FixedClock() }).Text);
    }

    [Theory]
    [InlineData("{\"content\": \"a\"}")]
    [InlineData("{\"role\": 1}")]
    [InlineData("[]")]
    public void A_message_needs_a_role(string message)
    {
        using var json = JsonDocument.Parse(message);

        Assert.Contains("\"role\"", Assert.Throws<ChatTemplateException>(() => ChatMessage.FromJson(json.RootElement)).Message);
    }

    [Fact]
    public void A_template_that_does_not_work_gives_way_to_ChatML_and_says_why()
    {
        using var file = (Marked with { ChatTemplate = "a\n{{ messages | md5 }}" }).Build();
        var template = ChatTemplate.FromGguf(file, Vocabulary.FromGguf(file));

        Assert.Equal("tiny: line 2 of the chat template: the filter md5 is not supported. Conversations are written as ChatML instead.", template.Notice);
        Assert.Equal("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n", template.Render([new("user", "Hi")]).Text);
    }

    [Fact]
    public void Without_marks_for_ChatML_it_is_an_error_when_chat_is_asked_for()
    {
        using var file = new TinyVocabulary { Tokens = ["a"], ChatTemplate = "{{ messages | md5 }}" }.Build();
        var error = Assert.Throws<ChatTemplateException>(() => ChatTemplate.FromGguf(file, Vocabulary.FromGguf(file)));

        Assert.Equal((ChatTemplateError.Unsupported, 1), (error.Error, error.Line));
        Assert.Contains("the filter md5 is not supported", error.Message);
    }

    [Fact]
    public void A_template_that_refuses_one_message_is_kept()
    {
        using var file = (Marked with { ChatTemplate = "{% if messages[0].role != 'system' %}{{ raise_exception('a system message first') }}{% endif %}ok" }).Build();
        var template = ChatTemplate.FromGguf(file, Vocabulary.FromGguf(file));

        Assert.Equal("ok", template.Render([new("system", "x")]).Text);
        Assert.Contains("a system message first", Assert.Throws<ChatTemplateException>(() => template.Render([User])).Message);
    }

    [Fact]
    public void A_model_without_a_template_is_told_from_one_with_a_bad_template()
    {
        using var file = Marked.Build();
        var error = Assert.Throws<ChatTemplateException>(() => ChatTemplate.FromGguf(file, Vocabulary.FromGguf(file)));

        Assert.Equal(ChatTemplateError.Missing, error.Error);
        Assert.False(ChatTemplate.IsIn(file));
    }

    private sealed class FixedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 5, 14, 7, 0, TimeSpan.Zero);

        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;
    }
}
