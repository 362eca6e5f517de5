using LoRDBA.Runtime.Chat;
using LoRDBA.Runtime.Chat.Jinja;
using LoRDBA.Runtime.Chat.Jinja.Evaluation;
using LoRDBA.Runtime.Chat.Jinja.Values;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Tests.Tokenization;
using LoRDBA.Runtime.Tokenization;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Chat.Jinja;

/// <summary>Templates are strangers' programs: what they must not do, and that a model with such a template runs all the same.</summary>
public sealed class SandboxTests
{
    private const string Megabyte = "1 MB of ", Text = "text";

    /// <summary>The template, why it is refused, and what the message names.</summary>
    public static TheoryData<string, ChatTemplateError, string> Hostile => new()
    {
        { "{{ ''.__class__ }}", ChatTemplateError.Unsupported, "the attribute __class__" },
        { "{{ ''.__class__.__mro__[1].__subclasses__() }}", ChatTemplateError.Unsupported, "the attribute __class__" },
        { "{{ messages | map(attribute='__class__') | list }}", ChatTemplateError.Unsupported, "the attribute __class__" },
        { "{{ messages | attr('__class__') }}", ChatTemplateError.Unsupported, "the attribute __class__" },
        { "{{ messages | groupby('__class__') }}", ChatTemplateError.Unsupported, "the attribute __class__" },
        { "{{ messages | sum(attribute='__class__') }}", ChatTemplateError.Unsupported, "the attribute __class__" },
        { "{{ '%(__class__)s' % 1 }}", ChatTemplateError.Unsupported, "%( in a format" },
        { "{{ [1] * 10 ** 9 }}", ChatTemplateError.Budget, "500000 steps" },
        { "{{ '%999999999s' % 'a' }}", ChatTemplateError.WrongValue, "above 1000" },
        { "{{ 'a' | center(10 ** 9) }}", ChatTemplateError.Budget, "1048576 characters" },
        { "{{ [1] | batch(10 ** 9, 0) }}", ChatTemplateError.Budget, "500000 steps" },
        { "{{ [1] | slice(10 ** 9, 0) }}", ChatTemplateError.Budget, "500000 steps" },
        { "{% macro m() %}{% call m() %}{% endcall %}{% endmacro %}{{ m() }}", ChatTemplateError.Budget, "400 levels deep" },
        { "{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}", ChatTemplateError.Budget, "400 levels deep" },
        { "{% do messages.append(1) %}", ChatTemplateError.Unsupported, "the method append" },
        { "{{ messages.append(1) }}", ChatTemplateError.Unsupported, "the method append" },
        { "{{ '{0.__class__}'.format(1) }}", ChatTemplateError.Unsupported, "the method format" },
        { "{{ cycler.__init__ }}", ChatTemplateError.Unsupported, "the attribute __init__" },
        { "{{ lipsum() }}", ChatTemplateError.Unsupported, "the function lipsum" },
        { "{{ messages | unknown }}", ChatTemplateError.Unsupported, "the filter unknown" },
        { "{{ messages is unknown }}", ChatTemplateError.Unsupported, "the test unknown" },
        { "{{ [1] | map('unknown') | list }}", ChatTemplateError.Unsupported, "the filter unknown" },
        { "{% include 'file' %}", ChatTemplateError.Unsupported, "the statement include" },
        { "{% import 'file' as f %}", ChatTemplateError.Unsupported, "the statement import" },
        { "{{ range(10 ** 9) | length }}", ChatTemplateError.Budget, "500000 steps" },
        { "{{ range(10 ** 18, -(10 ** 18), -1) | length }}", ChatTemplateError.Budget, "500000 steps" },
        { "{% for a in range(25000) %}{% for b in range(25000) %}{% endfor %}{% endfor %}", ChatTemplateError.Budget, "it takes more than" },
        { "{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}", ChatTemplateError.Budget, "400 levels deep" },
        { "{% set n = namespace(v=[]) %}{% for i in range(9999) %}{% set n.v = [n.v] %}{% endfor %}{{ n.v }}", ChatTemplateError.Budget, "400 levels deep" },
        { "{% set n = namespace(v=[]) %}{% for i in range(9999) %}{% set n.v = [n.v] %}{% endfor %}{{ n.v == n.v | tojson }}{{ n.v | tojson }}", ChatTemplateError.Budget, "400 levels deep" },
        { "{{ 'a' * 10 ** 9 }}", ChatTemplateError.Budget, "it takes more than" },
        { "{{ 'a' * 99999 * 99999 }}", ChatTemplateError.Budget, "1048576 characters" },
        { "{% set n = namespace(t='12345678') %}{% for i in range(99) %}{% set n.t = n.t ~ n.t %}{% endfor %}", ChatTemplateError.Budget, "1048576 characters" },
        { "{% set t = 'a' * 9999 %}{{ t | replace('a', t) }}", ChatTemplateError.Budget, "1048576 characters" },
        { "{% for i in range(99999) %}0123456789abcdef{% endfor %}", ChatTemplateError.Budget, "1048576 characters" },
        { "{% set n = namespace() %}{% set n.n = n %}{{ [n] }}", ChatTemplateError.WrongValue, "a namespace cannot be written out" },
        { "{{ " + Times("(", 4000) + "1" + Times(")", 4000) + " }}", ChatTemplateError.Budget, "100 levels deep" },
        { "{{ " + Times("not ", 4000) + "1 }}", ChatTemplateError.Budget, "100 levels deep" },
        { "{{ " + Times("-", 4000) + "1 }}", ChatTemplateError.Budget, "100 levels deep" },
        { "{{ " + Times("1 if 1 else ", 4000) + "1 }}", ChatTemplateError.Budget, "100 levels deep" },
        { Times("{% if 1 %}", 4000), ChatTemplateError.Budget, "100 levels deep" },
        { "{{ " + Times("1 + ", 4000) + "1 }}", ChatTemplateError.Budget, "400 levels deep" },
        { "{{ x" + Times("[0]", 4000) + " }}", ChatTemplateError.Budget, "400 levels deep" },
        { Megabyte + Text, ChatTemplateError.Budget, "more than 1048576 characters" },
        { Megabyte + "{{(", ChatTemplateError.Budget, "100000 tokens" },
        { Megabyte + "{{1}}", ChatTemplateError.Budget, "100000 tokens" },
        { Megabyte + "{#", ChatTemplateError.Syntax, "not closed" },
        { Megabyte + "{% if x %}", ChatTemplateError.Budget, "100000 tokens" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Is_refused_or_ended(string template, ChatTemplateError error, string reason)
    {
        var refusal = Assert.Throws<ChatTemplateException>(() => Templates.Render(Expand(template), ("messages", new ListValue([TextValue.Content("x")]))));

        Assert.Equal(error, refusal.Error);
        Assert.Contains(reason, refusal.Message);
    }

    /// <summary>In ChatML if the template cannot be read; if it fails when it runs, each conversation is refused with the reason.</summary>
    [Theory]
    [MemberData(nameof(Hostile))]
    public void The_model_loads_and_refuses_no_more_than_conversations(string template, ChatTemplateError error, string reason)
    {
        using var model = new TinyModel { Metadata = { ["tokenizer.chat_template"] = Expand(template) } }.Load();
        using var sequence = model.CreateSequence();
        sequence.Prefill([1, 2]);
        using var file = new TinyVocabulary { Tokens = ["a", "<|im_start|>", "<|im_end|>"], Types = [1, 3, 3], ChatTemplate = Expand(template) }.Build();
        var chat = ChatTemplate.FromGguf(file, Vocabulary.FromGguf(file));

        Assert.NotNull(chat.Notice);
        Assert.True(chat.Notice.Contains(reason) || error == ChatTemplateError.Budget, chat.Notice);
        if (chat.IsOwn) Assert.Equal(error, Assert.Throws<ChatTemplateException>(() => chat.Render([new("user", "Hi")])).Error);
        else Assert.Equal("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n", chat.Render([new("user", "Hi")]).Text);
        Assert.Equal(chat.IsOwn ? [] : [2], chat.EndTokens);
    }

    [Fact]
    public void Is_ended_when_the_time_is_over()
    {
        var template = JinjaTemplate.Parse("test", "{% for i in range(99999) %}{% endfor %}");

        template.Render([], budgetClock: new SteppingClock(TimeSpan.Zero));
        var error = Assert.Throws<ChatTemplateException>(() => template.Render([], budgetClock: new SteppingClock(TimeSpan.FromMilliseconds(20))));
        Assert.Contains("more than 50 ms", error.Message);
    }

    /// <summary>Within the steps; were the text looked through at each of its characters, this would take many seconds.</summary>
    [Fact]
    public void The_characters_of_a_long_text_are_walked_over_without_looking_at_all_of_it_each_time() =>
        Assert.Equal("200000", Templates.Render("{{ ('a' * 200000) | list | length }}"));

    [Fact]
    public void A_short_rendering_does_not_depend_on_the_clock()
    {
        var clock = new SteppingClock(Budget.MaxTime * 2);

        Assert.Equal("0123456789", JinjaTemplate.Parse("test", "{% for i in range(10) %}{{ i }}{% endfor %}").Render([], budgetClock: clock).Text);
        Assert.Equal(0, clock.Readings);
    }

    /// <summary>A template of 2^20 characters, and one more where it says so, of the words behind "1 MB of".</summary>
    private static string Expand(string template)
    {
        if (!template.StartsWith(Megabyte, StringComparison.Ordinal)) return template;
        var unit = template[Megabyte.Length..];
        return Times(unit, (1 << 20) / unit.Length + 1)[..(unit == Text ? (1 << 20) + 1 : 1 << 20)];
    }

    private static string Times(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    /// <summary>A clock that goes on by a step each time that somebody looks at it.</summary>
    private sealed class SteppingClock(TimeSpan step) : TimeProvider
    {
        public int Readings { get; private set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => step.Ticks * Readings++;
    }
}
