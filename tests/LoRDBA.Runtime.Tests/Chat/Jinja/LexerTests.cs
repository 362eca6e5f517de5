using CsCheck;
using LoRDBA.Runtime.Chat;
using LoRDBA.Runtime.Chat.Jinja;
using LoRDBA.Runtime.Chat.Jinja.Syntax;

namespace LoRDBA.Runtime.Tests.Chat.Jinja;

public sealed class LexerTests
{
    private static readonly string[] Fragments =
    [
        "{{", "}}", "{%", "%}", "{#", "#}", "-", "+", "{%-", "-%}", "+%}", " ", "\n", "\r\n", "'", "\"", "\\", "\\u12", "raw", "endraw", "if", "endif", "else", "elif", "for", "endfor", "in", "set",
        "endset", "macro", "endmacro", "x", "messages", "loop", "1", "1.5", "9999999999999999999", "1e400", ".", "|", "(", ")", "[", "]", "{", "}", ",", ":", "=", "==", "~", "*", "**", "//", "%", "is", "not", "defined",
        "upper", "length", "\0", "é", "🦙", "\uD83E", "_", "__class__", "range", "namespace", "and",
    ];

    [Fact]
    public void Tells_the_line_of_each_token()
    {
        var tokens = Lexer.Read(new("test", "a\n{{ x\n| upper }}\n{% if\n1 %}\nb"));

        Assert.Equal(["text 1", "{{ 2", "'x' 2", "'|' 3", "'upper' 3", "}} 3", "text 3", "{% 4", "'if' 4", "'1' 5", "%} 5", "text 6", "the end of the template 6"], tokens.Select(token => $"{token} {token.Line}"));
    }

    [Fact]
    public void Errors_name_the_line() =>
        Assert.Equal(("test: line 3 of the chat template: }} is expected, but 'b' is there.", 3), Refusal("a\n\n{{ a b }}"));

    [Fact]
    public void Any_text_is_a_template_or_a_typed_error() =>
        Gen.OneOf(Fragments).Array[0, 40].Sample(parts => Check(string.Concat(parts)), iter: 20_000);

    [Fact]
    public void Any_change_of_a_real_template_is_a_template_or_a_typed_error() =>
        Gen.Select(Gen.Int[0, Conversation.Templates.Length - 1], Gen.Int[0, 5000], Gen.Int[0, 12], Gen.OneOf(Fragments)).Sample((template, at, removed, inserted) =>
        {
            var text = Conversation.TemplateText(Conversation.Templates[template]);
            var start = Math.Min(at, text.Length);
            Check(text[..start] + inserted + text[Math.Min(text.Length, start + removed)..]);
        }, iter: 3000);

    private static void Check(string text)
    {
        try
        {
            JinjaTemplate.Parse("test", text).Render([]);
        }
        catch (ChatTemplateException e)
        {
            Assert.NotEmpty(e.Message);
        }
    }

    private static (string Message, int? Line) Refusal(string template)
    {
        var error = Assert.Throws<ChatTemplateException>(() => JinjaTemplate.Parse("test", template));
        return (error.Message, error.Line);
    }
}
