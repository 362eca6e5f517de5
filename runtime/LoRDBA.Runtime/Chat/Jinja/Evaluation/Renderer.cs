using LoRDBA.Runtime.Chat.Jinja.Syntax;
using LoRDBA.Runtime.Chat.Jinja.Values;

namespace LoRDBA.Runtime.Chat.Jinja.Evaluation;

/// <summary>Runs statements, and writes to <paramref name="output"/> what they write.</summary>
internal sealed class Renderer(RenderContext context, TextBuilder output)
{
    private readonly Evaluator evaluator = new(context);

    /// <summary>How a body ended.</summary>
    private enum Ending
    {
        Reached,
        Continue,
        Break,
    }

    /// <summary>Runs a template or the body of a macro.</summary>
    public void Render(Statement[] statements, Scope scope) => Run(statements, scope);

    /// <summary>The value of an expression, if there is one.</summary>
    public Value? Evaluate(Expression? expression, Scope scope) => expression is null ? null : evaluator.Evaluate(expression, scope);

    private Ending Run(Statement[] statements, Scope scope)
    {
        context.Enter();
        var ending = Ending.Reached;
        for (var i = 0; i < statements.Length && ending == Ending.Reached; i++)
        {
            context.Step();
            context.GoTo(statements[i].Line);
            ending = Run(statements[i], scope);
        }
        context.Leave();
        return ending;
    }

    private Ending Run(Statement statement, Scope scope)
    {
        switch (statement)
        {
            case Data data:
                output.Append(data.Text);
                return Ending.Reached;
            case Output written:
                output.Append(Printer.Print(context, evaluator.Evaluate(written.Value, scope)));
                return Ending.Reached;
            case If choice: return RunIf(choice, scope);
            case For loop: return RunFor(loop, scope);
            case Set set:
                Assign(set.Target, evaluator.Evaluate(set.Value, scope), scope);
                return Ending.Reached;
            case SetBlock set:
                Assign(set.Target, Filtered(set.Value, set.Body, scope), scope);
                return Ending.Reached;
            case FilterBlock block:
                output.Append(Printer.Print(context, Filtered(block.Value, block.Body, scope)));
                return Ending.Reached;
            case Do act:
                evaluator.Evaluate(act.Value, scope);
                return Ending.Reached;
            case With with: return RunWith(with, scope);
            case CallBlock call:
                output.Append(Printer.Print(context, evaluator.EvaluateCall(call.Call, scope, new MacroValue(call.Caller, scope))));
                return Ending.Reached;
            case Macro macro:
                scope.Set(macro.Name, new MacroValue(macro, scope));
                return Ending.Reached;
            case Jump jump: return jump.Breaks ? Ending.Break : Ending.Continue;
            default: throw new InvalidOperationException($"no way to run {statement.GetType().Name}");
        }
    }

    private Ending RunIf(If choice, Scope scope)
    {
        foreach (var (test, body) in choice.Branches)
            if (evaluator.Evaluate(test, scope).IsTrue) return Run(body, scope);
        return Run(choice.Otherwise, scope);
    }

    private Ending RunWith(With with, Scope scope)
    {
        var inner = new Scope(scope);
        foreach (var (target, value) in with.Assignments) Unpack(target, evaluator.Evaluate(value, scope), inner);
        return Run(with.Body, inner);
    }

    private Ending RunFor(For loop, Scope scope) => RunFor(loop, scope, evaluator.Evaluate(loop.Items, scope), depth: 0);

    private Ending RunFor(For loop, Scope scope, Value walked, int depth)
    {
        var items = Access.Iterate(context, walked);
        if (loop.Filter is { } filter) items = [.. items.Where(item => evaluator.Evaluate(filter, ScopeOf(item)).IsTrue)];
        var state = new LoopState(items, depth, loop.IsRecursive ? Recurse : null);
        for (var i = 0; i < items.Count; i++)
        {
            var inner = ScopeOf(items[i]);
            inner.Set("loop", new LoopValue(state, i));
            if (Run(loop.Body, inner) == Ending.Break) break;
        }
        // Not Run(...) alone: a jump in there belongs to the loop around.
        return items.Count == 0 ? Run(loop.Otherwise, new Scope(scope)) : Ending.Reached;

        Scope ScopeOf(Value item)
        {
            var inner = new Scope(scope);
            Unpack(loop.Target, item, inner);
            return inner;
        }

        TextValue Recurse(Value nested)
        {
            var text = new TextBuilder(context.Budget);
            context.Enter();
            new Renderer(context, text).RunFor(loop, scope, nested, depth + 1);
            context.Leave();
            return text.ToValue();
        }
    }

    /// <summary>The text of a body, behind the filters that <paramref name="value"/> is made of.</summary>
    private Value Filtered(Expression value, Statement[] body, Scope scope)
    {
        var inner = new Scope(scope);
        inner.Set(CapturedText.Name, Capture(body, scope));
        return evaluator.Evaluate(value, inner);
    }

    private TextValue Capture(Statement[] body, Scope scope)
    {
        var text = new TextBuilder(context.Budget);
        new Renderer(context, text).Render(body, new Scope(scope));
        return text.ToValue();
    }

    private void Assign(SetTarget target, Value value, Scope scope)
    {
        if (target.Attribute is null) Unpack(target.Names, value, scope);
        else if (scope.Get(target.Names[0]) is NamespaceValue variables) variables.Variables[target.Attribute] = value;
        else throw context.WrongValue($"{target.Names[0]} is no namespace, so its attribute {target.Attribute} cannot be set.");
    }

    private void Unpack(string[] names, Value value, Scope scope)
    {
        if (names is [var name])
        {
            scope.Set(name, value);
            return;
        }
        var items = Access.Iterate(context, value);
        if (items.Count != names.Length) throw context.WrongValue($"{items.Count} values cannot be given to {names.Length} names.");
        for (var i = 0; i < names.Length; i++) scope.Set(names[i], items[i]);
    }
}
