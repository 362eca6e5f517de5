using System.Xml.Linq;
using CsCheck;
using LoRDBA.Generator.Emit;
using LoRDBA.Tests;

namespace LoRDBA.Generator.Tests.Emit;

public sealed class EscapeTests
{
    [Fact]
    public void A_name_of_people_stays_as_it_is()
    {
        const string Name = "SmolLM2-135M Küche 模型 😀 (Q4_1), 100 %";

        Assert.Equal(Name, Escape.Comment(Name));
        Assert.Equal(Name, Escape.Xml(Name));
    }

    [Theory]
    [InlineData("a\u2028b\u2029c\u0085d\re\nf", @"a\u2028b\u2029c\u0085d\u000De\u000Af")]
    [InlineData("\u001b[2J\u202Etxt", @"\u001B[2J\u202Etxt")]
    [InlineData("\U000E0001", @"\U000E0001")]
    public void What_is_no_sign_is_spelled_out(string text, string expected)
    {
        Assert.Equal(expected, Escape.Comment(text));
        Assert.Equal(expected, Escape.Xml(text));
    }

    [Fact]
    public void Half_of_a_pair_is_spelled_out() => Assert.Equal(@"\uD800a\uDC00\uFFFF", Escape.Xml("\ud800a\udc00\uffff"));

    [Fact]
    public void Documentation_comes_back_from_an_XML_reader() => Gen.String.Sample(text =>
    {
        var element = XElement.Parse($"<summary a=\"{Escape.Xml(text)}\">{Escape.Xml(text)}</summary>", LoadOptions.PreserveWhitespace);

        Assert.Equal((Escape.Comment(text), Escape.Comment(text)), (element.Value, element.Attribute("a")!.Value));
    });

    [Fact]
    public void No_character_of_Unicode_leaves_its_line() => Assert.All(HostileText.Characters, character =>
        Assert.DoesNotContain(Escape.Comment(character).EnumerateRunes(), HostileText.IsObeyed));
}
