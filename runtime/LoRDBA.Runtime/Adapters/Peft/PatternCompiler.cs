namespace LoRDBA.Runtime.Adapters.Peft;

/// <summary>Compiles a regular expression: alternatives, groups, sets, repetitions, ^ $ \b. What else Python's re has is refused by
/// name.</summary>
internal ref struct PatternCompiler
{
    /// <summary>Groups within groups.</summary>
    private const int MaxDepth = 50;
    private const int MaxRepeats = 1000;

    private readonly string text;
    private readonly PatternBudget budget;
    private readonly List<PatternInstruction> program = [];
    private int at, depth;

    private PatternCompiler(string text, PatternBudget budget) => (this.text, this.budget) = (text, budget);

    /// <returns>The instructions; the last is the only match.</returns>
    /// <exception cref="PatternException">It is no regular expression, or one that is not supported, or too large.</exception>
    public static PatternInstruction[] Compile(string text, PatternBudget budget)
    {
        var compiler = new PatternCompiler(text, budget);
        compiler.Alternatives();
        if (compiler.at < text.Length) throw new PatternException("a parenthesis is closed that was not opened");
        compiler.Emit(new(PatternKind.Match));
        return [.. compiler.program];
    }

    private readonly bool IsAtEnd => at == text.Length;

    private readonly char Next => IsAtEnd ? '\0' : text[at];

    private bool Take(char c)
    {
        if (IsAtEnd || text[at] != c) return false;
        at++;
        return true;
    }

    private readonly void Emit(PatternInstruction instruction)
    {
        budget.SpendInstruction();
        program.Add(instruction);
    }

    /// <summary>a|b|c, up to a parenthesis or the end.</summary>
    private void Alternatives()
    {
        List<int> ends = [];
        while (true)
        {
            var start = program.Count;
            Sequence();
            if (!Take('|')) break;
            Insert(start, new(PatternKind.Split, start + 1, program.Count + 2));
            ends.Add(program.Count);
            Emit(new(PatternKind.Jump));
        }
        foreach (var end in ends) program[end] = new(PatternKind.Jump, program.Count);
    }

    private void Sequence()
    {
        while (!IsAtEnd && Next is not ('|' or ')'))
        {
            var start = program.Count;
            Atom();
            Repetition(start);
        }
    }

    private void Atom()
    {
        var c = text[at++];
        switch (c)
        {
            case '(':
                Group();
                break;
            case '[':
                Emit(new(PatternKind.Character, Set: ReadSet()));
                break;
            case '.':
                Emit(new(PatternKind.Character, Set: CharacterSet.Any));
                break;
            case '^' or '$':
                Emit(new(PatternKind.Assertion, Place: c));
                break;
            case '*' or '+' or '?':
                throw new PatternException($"there is nothing for {c} to repeat");
            case '\\':
                Escape();
                break;
            default:
                Emit(new(PatternKind.Character, Set: CharacterSet.Of(c)));
                break;
        }
    }

    private void Group()
    {
        if (++depth > MaxDepth) throw new PatternException($"its groups are more than {MaxDepth} deep");
        if (Take('?'))
        {
            if (text.AsSpan(at).StartsWith("P<", StringComparison.Ordinal) && text.IndexOf('>', at) is var end and > 0) at = end + 1;
            else if (!Take(':')) throw new PatternException("look-around, flags and comments in it are not supported");
        }
        Alternatives();
        if (!Take(')')) throw new PatternException("a parenthesis is not closed");
        depth--;
    }

    private void Escape()
    {
        if (IsAtEnd) throw new PatternException("it ends in a backslash");
        var c = text[at++];
        if (c is 'b' or 'B') Emit(new(PatternKind.Assertion, Place: c));
        else if (c is 'A' or 'Z') Emit(new(PatternKind.Assertion, Place: c == 'A' ? '^' : '$'));
        else Emit(new(PatternKind.Character, Set: SetOf(c)));
    }

    /// <summary>What a letter or sign behind a backslash stands for.</summary>
    private static CharacterSet SetOf(char c) => c switch
    {
        'd' => CharacterSet.Digit,
        'D' => CharacterSet.Digit.Negate(),
        'w' => CharacterSet.Word,
        'W' => CharacterSet.Word.Negate(),
        's' => CharacterSet.Space,
        'S' => CharacterSet.Space.Negate(),
        't' => CharacterSet.Of('\t'),
        'n' => CharacterSet.Of('\n'),
        _ => char.IsAsciiLetterOrDigit(c) ? throw new PatternException($"\\{c} in it is not supported") : CharacterSet.Of(c),
    };

    /// <summary>[a-z_], behind the bracket.</summary>
    private CharacterSet ReadSet()
    {
        var isNegated = Take('^');
        List<(char, char)> ranges = [];
        for (var first = true; first || Next != ']'; first = false)
        {
            if (IsAtEnd) throw new PatternException("a bracket is not closed");
            var from = ReadMember(ranges);
            if (from is not { } low) continue;
            if (Next != '-' || at + 1 >= text.Length || text[at + 1] == ']')
            {
                ranges.Add((low, low));
                continue;
            }
            at++;
            if (ReadMember([]) is not { } high || high < low) throw new PatternException("a range in brackets is none");
            ranges.Add((low, high));
        }
        at++;
        return new CharacterSet(ranges, isNegated);
    }

    /// <summary>One character in brackets; null for an escape that is a set, which is added.</summary>
    private char? ReadMember(List<(char, char)> ranges)
    {
        var c = text[at++];
        if (c != '\\') return c;
        if (IsAtEnd) throw new PatternException("it ends in a backslash");
        var set = SetOf(text[at++]);
        if (!set.IsNegated && set.Ranges is [var (first, last)] && first == last) return first;
        ranges.AddRange(set.IsNegated ? Complement(set.Ranges) : set.Ranges);
        return null;
    }

    private static IEnumerable<(char First, char Last)> Complement(IReadOnlyList<(char First, char Last)> ranges)
    {
        var next = 0;
        foreach (var (first, last) in ranges)
        {
            if (next < first) yield return ((char)next, (char)(first - 1));
            next = last + 1;
        }
        yield return ((char)next, char.MaxValue);
    }

    /// <summary>* + ? {n} {n,} {n,m}, each also with a ? for the shortest match: whether there is one is all that is asked.</summary>
    private void Repetition(int start)
    {
        int least, most;
        if (Take('*')) (least, most) = (0, -1);
        else if (Take('+')) (least, most) = (1, -1);
        else if (Take('?')) (least, most) = (0, 1);
        else if (Next != '{' || !TryReadCount(out least, out most)) return;
        Take('?');
        if (Next is '*' or '+' or '?' || Next == '{' && TryReadCount(out _, out _)) throw new PatternException("a repetition is repeated");
        Repeat(start, least, most);
    }

    /// <summary>{n,m}; anything else in braces is text, as in Python.</summary>
    private bool TryReadCount(out int least, out int most)
    {
        (least, most) = (0, 0);
        var end = text.IndexOf('}', at);
        if (end < 0) return false;
        var parts = text[(at + 1)..end].Split(',');
        if (parts.Length > 2 || parts is [""] || !Array.TrueForAll(parts, part => part.All(char.IsAsciiDigit))) return false;
        if (!TryCount(parts[0], 0, out least) || !TryCount(parts[^1], -1, out most)) throw new PatternException($"it repeats more than {MaxRepeats} times");
        if (most >= 0 && most < least) throw new PatternException("a repetition has fewer at most than at least");
        at = end + 1;
        return true;
    }

    private static bool TryCount(string digits, int absent, out int count)
    {
        count = absent;
        return digits.Length == 0 || int.TryParse(digits, out count) && count <= MaxRepeats;
    }

    /// <summary>Makes what begins at <paramref name="start"/> occur <paramref name="least"/> to <paramref name="most"/> times; -1: any
    /// number.</summary>
    private readonly void Repeat(int start, int least, int most)
    {
        PatternInstruction[] body = [.. program[start..]];
        program.RemoveRange(start, body.Length);
        for (var i = 0; i < least; i++) Copy(body, start);
        if (most < 0)
        {
            var loop = program.Count;
            Emit(new(PatternKind.Split, loop + 1, loop + body.Length + 2));
            Copy(body, start);
            Emit(new(PatternKind.Jump, loop));
            return;
        }
        var end = program.Count + (most - least) * (body.Length + 1);
        for (var i = least; i < most; i++)
        {
            Emit(new(PatternKind.Split, program.Count + 1, end));
            Copy(body, start);
        }
    }

    /// <summary>Emits instructions that were compiled for another place.</summary>
    private readonly void Copy(PatternInstruction[] body, int compiledAt)
    {
        var moved = program.Count - compiledAt;
        foreach (var one in body) Emit(Move(one, moved));
    }

    private readonly void Insert(int place, PatternInstruction instruction)
    {
        budget.SpendInstruction();
        for (var i = place; i < program.Count; i++) program[i] = Move(program[i], 1);
        program.Insert(place, instruction);
    }

    private static PatternInstruction Move(PatternInstruction one, int by) =>
        one.Kind is PatternKind.Jump or PatternKind.Split ? one with { First = one.First + by, Second = one.Second + by } : one;
}
