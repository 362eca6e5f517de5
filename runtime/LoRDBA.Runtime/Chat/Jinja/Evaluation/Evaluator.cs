using LoRDBA.Runtime.Chat.Jinja.Syntax;
using LoRDBA.Runtime.Chat.Jinja.Values;

namespace LoRDBA.Runtime.Chat.Jinja.Evaluation;

/// <summary>The values of expressions.</summary>
internal sealed class Evaluator(RenderContext context)
{
    /// <summary>The value of an expression.</summary>
    public Value Evaluate(Expression expression, Scope scope)
    {
        context.Enter();
        context.GoTo(expression.Line);
        var value = Dispatch(expression, scope);
        context.GoTo(expression.Line);
        context.Leave();
        return value;
    }

    /// <summary>The values of a call's arguments.</summary>
    public Arguments Evaluate(ArgumentList arguments, Scope scope)
    {
        if (ReferenceEquals(arguments, ArgumentList.Empty)) return Arguments.None;
        var positional = Each(arguments.Positional, scope);
        (string, Value)[] named = [.. arguments.Named.Select(argument => (argument.Name, Evaluate(argument.Value, scope)))];
        if (arguments.Rest is { } rest) positional = [.. positional, .. Access.Iterate(context, Evaluate(rest, scope))];
        if (arguments.NamedRest is { } namedRest)
        {
            if (Evaluate(namedRest, scope) is not MapValue map) throw context.WrongValue("** takes a dictionary.");
            context.Budget.Spend(map.Count);
            named = [.. named, .. map.Entries.Select(entry => (entry.Key.Chars, entry.Value))];
        }
        return new(positional, named);
    }

    private Value Dispatch(Expression expression, Scope scope) => expression switch
    {
        Literal literal => literal.Value,
        Variable variable => scope.Get(variable.Name),
        Syntax.Attribute attribute => Access.Attribute(context, Evaluate(attribute.Target, scope), attribute.Name),
        Subscript subscript => Access.Item(context, Evaluate(subscript.Target, scope), Evaluate(subscript.Key, scope)),
        Slice slice => Slicing.Slice(context, Evaluate(slice.Target, scope), Bound(slice.Start, scope), Bound(slice.Stop, scope), Bound(slice.Step, scope)),
        Unary unary => EvaluateUnary(unary, scope),
        Binary binary => EvaluateBinary(binary, scope),
        Comparison comparison => EvaluateComparison(comparison, scope),
        Conditional conditional => EvaluateConditional(conditional, scope),
        Call call => EvaluateCall(call, scope),
        FilterUse use => use.Filter.Apply(context, Evaluate(use.Input, scope), Evaluate(use.Arguments, scope)),
        TestUse use => BoolValue.Of(use.Test.Apply(context, Evaluate(use.Input, scope), Evaluate(use.Arguments, scope)).IsTrue != use.IsNegated),
        ListDisplay list => new ListValue(Each(list.Items, scope), list.IsTuple),
        MapDisplay map => new MapValue([.. map.Entries.Select(entry => (Key(Evaluate(entry.Key, scope)), Evaluate(entry.Value, scope)))]),
        _ => throw new InvalidOperationException($"no value of {expression.GetType().Name}"),
    };

    private Value[] Each(Expression[] expressions, Scope scope) => [.. expressions.Select(item => Evaluate(item, scope))];

    private TextValue Key(Value key) => key as TextValue ?? throw context.Unsupported($"a dictionary whose key is {key.Kind}");

    private Value? Bound(Expression? bound, Scope scope) => bound is null ? null : Evaluate(bound, scope);

    private Value EvaluateUnary(Unary unary, Scope scope)
    {
        var operand = Evaluate(unary.Operand, scope);
        return unary.Operator == "not" ? BoolValue.Of(!operand.IsTrue) : Arithmetic.Sign(context, unary.Operator, operand);
    }

    private Value EvaluateBinary(Binary binary, Scope scope)
    {
        var left = Evaluate(binary.Left, scope);
        return binary.Operator switch
        {
            "and" => left.IsTrue ? Evaluate(binary.Right, scope) : left,
            "or" => left.IsTrue ? left : Evaluate(binary.Right, scope),
            _ => Arithmetic.Combine(context, binary.Operator, left, Evaluate(binary.Right, scope)),
        };
    }

    private BoolValue EvaluateComparison(Comparison comparison, Scope scope)
    {
        var left = Evaluate(comparison.First, scope);
        foreach (var (name, expression) in comparison.Rest)
        {
            var right = Evaluate(expression, scope);
            if (!Holds(name, left, right)) return BoolValue.False;
            left = right;
        }
        return BoolValue.True;
    }

    private bool Holds(string comparison, Value left, Value right) => comparison switch
    {
        "==" => Comparer.AreEqual(context, left, right),
        "!=" => !Comparer.AreEqual(context, left, right),
        "<" => Comparer.Compare(context, left, right) < 0,
        "<=" => Comparer.Compare(context, left, right) <= 0,
        ">" => Comparer.Compare(context, left, right) > 0,
        ">=" => Comparer.Compare(context, left, right) >= 0,
        "in" => Access.Contains(context, right, left),
        _ => !Access.Contains(context, right, left),
    };

    private Value EvaluateConditional(Conditional conditional, Scope scope)
    {
        if (Evaluate(conditional.Test, scope).IsTrue) return Evaluate(conditional.Then, scope);
        return conditional.Otherwise is { } otherwise ? Evaluate(otherwise, scope) : new UndefinedValue("an 'if' without 'else'");
    }

    /// <summary>What a call returns.</summary>
    /// <param name="call">The call.</param>
    /// <param name="scope">Where it stands.</param>
    /// <param name="caller">The body of a <c>{% call %}</c>; null elsewhere.</param>
    public Value EvaluateCall(Call call, Scope scope, Value? caller = null)
    {
        var callee = Evaluate(call.Callee, scope);
        var arguments = Evaluate(call.Arguments, scope);
        if (caller is not null) arguments = arguments with { Named = [.. arguments.Named, (MacroValue.CallerName, caller)] };
        context.GoTo(call.Line);
        return callee switch
        {
            CallableValue function => function.Invoke(context, arguments),
            UndefinedValue when call.Callee is Variable variable => throw context.Unsupported($"the function {variable.Name}"),
            _ => throw context.WrongValue($"{callee.Kind} cannot be called."),
        };
    }
}
