using System.Numerics;
using CsCheck;

namespace LoRDBA.Runtime.Tests.Chat.Jinja;

/// <summary>Random expressions, each made together with its value.</summary>
public sealed class EvaluatorTests
{
    /// <summary>An expression in brackets, and its value: a long, bool or string.</summary>
    private sealed record Made(string Text, object Value);

    [Fact]
    public void Gives_the_value_that_the_expression_was_made_with() =>
        Integers(4).Sample(made => Assert.Equal($"{made.Value}", Templates.Render($"{{{{ {made.Text} }}}}")), iter: 3000);

    [Fact]
    public void Gives_the_texts_that_the_expression_was_made_with() =>
        Texts(4).Sample(made => Assert.Equal(made.Value, Templates.Render($"{{{{ {made.Text} }}}}")), iter: 3000);

    private static Gen<Made> Integers(int depth)
    {
        var leaf = Gen.Int[-9, 9].Select(number => new Made($"({number})", (long)number));
        if (depth == 0) return leaf;
        var inner = Integers(depth - 1);
        return Gen.OneOf(
            leaf,
            Gen.Select(inner, Gen.OneOf("+", "-", "*", "//", "%"), inner).Select((a, name, b) => Compute(a, name, b)),
            Gen.Select(Conditions(depth - 1), inner, inner).Select((test, a, b) => new Made($"({a.Text} if {test.Text} else {b.Text})", (bool)test.Value ? a.Value : b.Value)),
            Gen.Select(inner, inner).Select((a, b) => new Made($"({a.Text} and {b.Text})", (long)a.Value == 0 ? a.Value : b.Value)),
            Gen.Select(inner, inner).Select((a, b) => new Made($"({a.Text} or {b.Text})", (long)a.Value != 0 ? a.Value : b.Value)),
            Texts(depth - 1).Select(text => new Made($"({text.Text} | length)", (long)((string)text.Value).Length)));
    }

    private static Made Compute(Made a, string name, Made b)
    {
        var (x, y) = (new BigInteger((long)a.Value), new BigInteger((long)b.Value));
        if (name is "//" or "%" && y == 0) name = "+";
        var remainder = name is "//" or "%" ? ((x % y) + y) % y : 0;
        var value = name switch { "+" => x + y, "-" => x - y, "*" => x * y, "//" => (x - remainder) / y, _ => remainder };
        return new Made($"({a.Text} {name} {b.Text})", (long)value);
    }

    private static Gen<Made> Conditions(int depth)
    {
        var leaf = Gen.Bool.Select(value => new Made(value ? "true" : "false", value));
        if (depth == 0) return leaf;
        var (inner, numbers, texts) = (Conditions(depth - 1), Integers(depth - 1), Texts(depth - 1));
        return Gen.OneOf(
            leaf,
            inner.Select(made => new Made($"(not {made.Text})", !(bool)made.Value)),
            Gen.Select(numbers, numbers).Select((a, b) => new Made($"({a.Text} < {b.Text})", (long)a.Value < (long)b.Value)),
            Gen.Select(numbers, numbers, numbers).Select((a, b, c) => new Made($"({a.Text} >= {b.Text} != {c.Text})", (long)a.Value >= (long)b.Value && (long)b.Value != (long)c.Value)),
            Gen.Select(texts, texts).Select((a, b) => new Made($"({a.Text} not in {b.Text})", !((string)b.Value).Contains((string)a.Value, StringComparison.Ordinal))),
            numbers.Select(made => new Made($"({made.Text} is odd)", (long)made.Value % 2 != 0)));
    }

    private static Gen<Made> Texts(int depth)
    {
        var leaf = Gen.OneOf("", "a", "b ", " ab", "Ba", "\\n").Select(text => new Made($"'{text}'", text.Replace("\\n", "\n")));
        if (depth == 0) return leaf;
        var inner = Texts(depth - 1);
        return Gen.OneOf(
            leaf,
            Gen.Select(inner, inner).Select((a, b) => new Made($"({a.Text} ~ {b.Text})", (string)a.Value + (string)b.Value)),
            Gen.Select(inner, Integers(depth - 1)).Select((a, b) => new Made($"({a.Text} ~ {b.Text})", $"{a.Value}{b.Value}")),
            inner.Select(made => new Made($"({made.Text} | trim)", ((string)made.Value).Trim())),
            inner.Select(made => new Made($"{made.Text}[::-1]", new string([.. ((string)made.Value).Reverse()]))),
            inner.Select(made => new Made($"{made.Text}[1:]", ((string)made.Value) is { Length: > 0 } text ? text[1..] : "")),
            inner.Select(made => new Made($"{made.Text}.replace('a', 'xy')", ((string)made.Value).Replace("a", "xy"))),
            inner.Select(made => new Made($"({made.Text}.split('b') | join('-'))", string.Join('-', ((string)made.Value).Split('b')))));
    }
}
