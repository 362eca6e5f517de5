namespace LoRDBA.Runtime.Adapters.Peft;

/// <summary>
/// A key of rank_pattern or alpha_pattern: a regular expression for the end of a module's name, from a dot or the very beginning, as PEFT
/// matches it.
/// </summary>
/// <remarks>
/// It runs as a set of states that go through the name together (Thompson, 1968): each character meets each state once, so no pattern takes
/// more steps than its instructions times the name's length, and equal input takes equally many on every machine.
/// </remarks>
internal sealed class ModulePattern
{
    private readonly PatternInstruction[] program;
    private readonly bool isSequence;
    private readonly PatternBudget budget;

    // States at one place of the name: which, and where a state was last put into a set.
    private readonly int[] now, next, seen;
    private readonly Stack<int> open = [];

    private ModulePattern(PatternInstruction[] program, PatternBudget budget)
    {
        (this.program, this.budget) = (program, budget);
        isSequence = Array.TrueForAll(program[..^1], one => one.Kind == PatternKind.Character);
        (now, next, seen) = isSequence ? ([], [], []) : (new int[program.Length], new int[program.Length], new int[program.Length]);
    }

    /// <summary>Reads a pattern.</summary>
    /// <param name="text">In the syntax of Python's re, without look-around, back references and flags.</param>
    /// <param name="budget">What all patterns of the file may cost.</param>
    /// <exception cref="PatternException">It is no regular expression, or one that is not supported, or too large.</exception>
    public static ModulePattern Parse(string text, PatternBudget budget) => new(PatternCompiler.Compile(text, budget), budget);

    /// <summary>Whether it matches the end of a name.</summary>
    /// <exception cref="PatternException">All matching together takes too many steps.</exception>
    public bool IsMatch(string name)
    {
        if (isSequence) return MatchesSequence(name);
        Array.Clear(seen);
        var (current, following, count) = (now, next, 0);
        for (var at = 0; ; at++)
        {
            // A match begins at the beginning of the name, or behind one of its dots.
            if (at == 0 || name[at - 1] == '.') count = Add(0, name, at, current, count);
            if (at == name.Length) return current.AsSpan(0, count).Contains(program.Length - 1);
            var left = 0;
            foreach (var state in current.AsSpan(0, count))
                if (program[state].Accepts(name[at])) left = Add(state + 1, name, at + 1, following, left);
            (current, following, count) = (following, current, left);
        }
    }

    /// <summary>Characters alone lie at one place: no set of states is needed.</summary>
    private bool MatchesSequence(string name)
    {
        var length = program.Length - 1;
        var start = name.Length - length;
        budget.Spend(1);
        if (start < 0 || start > 0 && name[start - 1] != '.') return false;
        budget.Spend(length);
        for (var i = 0; i < length; i++)
            if (!program[i].Accepts(name[start + i])) return false;
        return true;
    }

    /// <summary>Puts a state into the set at a place, and with it all that are reached without a character.</summary>
    private int Add(int state, string name, int at, int[] set, int count)
    {
        open.Push(state);
        while (open.TryPop(out state))
        {
            if (seen[state] == at + 1) continue;
            seen[state] = at + 1;
            budget.Spend(1);
            var one = program[state];
            switch (one.Kind)
            {
                case PatternKind.Jump:
                    open.Push(one.First);
                    break;
                case PatternKind.Split:
                    open.Push(one.Second);
                    open.Push(one.First);
                    break;
                case PatternKind.Assertion:
                    if (one.Holds(name, at)) open.Push(state + 1);
                    break;
                default:
                    set[count++] = state;
                    break;
            }
        }
        return count;
    }
}
