using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using LoRDBA.Runtime.Chat.Jinja.Evaluation;
using LoRDBA.Runtime.Chat.Jinja.Values;

namespace LoRDBA.Runtime.Chat.Jinja.Library;

/// <summary>What can stand behind <c>is</c>: a new test is a row here.</summary>
internal static class Tests
{
    private static readonly FrozenDictionary<string, Function> Table = FunctionTable.Of(
        Is("defined", value => value is not UndefinedValue),
        Is("undefined", value => value is UndefinedValue),
        Is("none", value => value is NoneValue),
        Is("true", value => value is BoolValue { IsTrue: true }),
        Is("false", value => value is BoolValue { IsTrue: false }),
        Is("boolean", value => value is BoolValue),
        Is("integer", value => value is IntValue),
        Is("float", value => value is FloatValue),
        Is("number", value => value is IntValue or FloatValue or BoolValue),
        Is("string", value => value is TextValue),
        Is("mapping", value => value is MapValue),
        Is("sequence", value => value is TextValue or ListValue or MapValue),
        Is("iterable", value => value is TextValue or ListValue or MapValue or UndefinedValue),
        Is("callable", value => value is CallableValue),
        new("filter", [], call => BoolValue.Of(call.Input is TextValue name && Filters.TryFind(name.Chars, out _))),
        new("test", [], call => BoolValue.Of(call.Input is TextValue name && TryFind(name.Chars, out _))),
        new("upper", [], call => BoolValue.Of(call.Text.Chars.Any(char.IsUpper) && !call.Text.Chars.Any(char.IsLower))),
        new("lower", [], call => BoolValue.Of(call.Text.Chars.Any(char.IsLower) && !call.Text.Chars.Any(char.IsUpper))),
        new("in", ["container"], call => BoolValue.Of(Access.Contains(call.Context, call[0], call.Input))),
        new("odd", [], call => BoolValue.Of(Remainder(call, 2) == 1)),
        new("even", [], call => BoolValue.Of(Remainder(call, 2) == 0)),
        new("divisibleby", ["num"], call => BoolValue.Of(Remainder(call, call.Integer(0, 1)) == 0)),
        new("equalto", ["other"], Equal),
        new("eq", ["other"], Equal),
        new("sameas", ["other"], Equal),
        new("ne", ["other"], call => BoolValue.Of(!Equal(call).IsTrue)),
        new("==", ["other"], Equal),
        new("!=", ["other"], call => BoolValue.Of(!Equal(call).IsTrue)),
        Order("<", order => order < 0),
        Order("<=", order => order <= 0),
        Order(">", order => order > 0),
        Order(">=", order => order >= 0),
        Order("lt", order => order < 0),
        Order("lessthan", order => order < 0),
        Order("le", order => order <= 0),
        Order("gt", order => order > 0),
        Order("greaterthan", order => order > 0),
        Order("ge", order => order >= 0));

    /// <summary>A test by its name.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out Function? test) => Table.TryGetValue(name, out test);

    private static Function Is(string name, Func<Value, bool> holds) => new(name, [], call => BoolValue.Of(holds(call.Input)));

    private static Function Order(string name, Func<int, bool> holds) => new(name, ["other"], call => BoolValue.Of(holds(Comparer.Compare(call.Context, call.Input, call[0]))));

    private static BoolValue Equal(Invocation call) => BoolValue.Of(Comparer.AreEqual(call.Context, call.Input, call[0]));

    private static long Remainder(Invocation call, long divisor)
    {
        var remainder = Arithmetic.Combine(call.Context, "%", call.Input, new IntValue(divisor));
        return remainder is IntValue integer ? integer.Number : throw call.Wrong("asks for an integer");
    }
}
