namespace LoRDBA.Runtime.Adapters.Peft;

/// <summary>What an instruction of a compiled pattern does.</summary>
internal enum PatternKind
{
    /// <summary>Takes one character of a set, and goes on.</summary>
    Character,
    /// <summary>Goes on where a place of the name is as it says.</summary>
    Assertion,
    /// <summary>Goes elsewhere.</summary>
    Jump,
    /// <summary>Goes to two places.</summary>
    Split,
    /// <summary>The pattern is matched.</summary>
    Match,
}

/// <summary>One instruction of a compiled pattern.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="First">Where a jump or split goes.</param>
/// <param name="Second">Where a split goes too.</param>
/// <param name="Set">The characters that are taken.</param>
/// <param name="Place">Of an assertion: ^ or $ as in the pattern, b for the edge of a word, B for none.</param>
internal readonly record struct PatternInstruction(PatternKind Kind, int First = 0, int Second = 0, CharacterSet? Set = null, char Place = default)
{
    /// <summary>Whether it takes this character.</summary>
    public bool Accepts(char c) => Kind == PatternKind.Character && Set!.Contains(c);

    /// <summary>Whether the assertion is true before character <paramref name="at"/>.</summary>
    public bool Holds(string name, int at) => Place switch
    {
        '^' => at == 0,
        '$' => at == name.Length,
        _ => (IsWord(name, at - 1) != IsWord(name, at)) == (Place == 'b'),
    };

    private static bool IsWord(string name, int at) => at >= 0 && at < name.Length && CharacterSet.Word.Contains(name[at]);
}

/// <summary>A set of characters, by ranges.</summary>
/// <param name="ranges">First and last character of each.</param>
/// <param name="isNegated">Whether it is all others.</param>
internal sealed class CharacterSet(IReadOnlyList<(char First, char Last)> ranges, bool isNegated = false)
{
    public static CharacterSet Digit { get; } = new([('0', '9')]);

    public static CharacterSet Word { get; } = new([('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')]);

    public static CharacterSet Space { get; } = new([('\t', '\r'), (' ', ' ')]);

    /// <summary>Everything but the end of a line.</summary>
    public static CharacterSet Any { get; } = new([('\n', '\n')], isNegated: true);

    /// <summary>First and last character of each range; of a negated set, of what it lacks.</summary>
    public IReadOnlyList<(char First, char Last)> Ranges => ranges;

    public bool IsNegated => isNegated;

    public static CharacterSet Of(char c) => new([(c, c)]);

    /// <summary>All others.</summary>
    public CharacterSet Negate() => new(ranges, !isNegated);

    public bool Contains(char c)
    {
        foreach (var (first, last) in ranges)
            if (c >= first && c <= last) return !isNegated;
        return isNegated;
    }
}
