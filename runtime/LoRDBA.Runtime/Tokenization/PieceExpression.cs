namespace LoRDBA.Runtime.Tokenization;

/// <summary>
/// A regular expression over UTF-8 in the part of the notation that pre-tokenizers are published in:
/// <code>
/// a|b    [...] [^...] \p{L} \s \S x    each with ? * + {n} {n,m}    (?:a|b) (?:a|b)?    (?!\S)    $
/// </code>
/// As in other engines the first alternative that fits counts, and each repetition takes what it can. .NET's own engine sees UTF-16
/// units, and so misses the categories of characters beyond U+FFFF. Immutable once made.
/// </summary>
internal sealed class PieceExpression
{
    private readonly Step[][] alternatives;

    /// <summary>Reads an expression.</summary>
    /// <exception cref="ArgumentException">It is written in another notation.</exception>
    public PieceExpression(string pattern) => alternatives = new PieceExpressionParser(pattern).Parse();

    internal PieceExpression(Step[][] alternatives) => this.alternatives = alternatives;

    /// <summary>What a step of an alternative is.</summary>
    internal enum StepKind
    {
        /// <summary>Characters of the set, from <see cref="Step.Min"/> to <see cref="Step.Max"/>.</summary>
        Run,
        /// <summary>The group, or nothing if <see cref="Step.Min"/> is 0.</summary>
        Group,
        /// <summary>No character of the set comes next.</summary>
        NotFollowedBy,
        /// <summary>Here the text ends.</summary>
        End,
    }

    /// <summary>One step; steps follow each other.</summary>
    internal sealed record Step(StepKind Kind, CharacterSet? Set = null, PieceExpression? Group = null, int Min = 1, int Max = 1);

    /// <summary>
    /// Cuts a text by several expressions in turn, each the pieces of the one before. Matches are pieces, and so are the stretches between
    /// matches.
    /// </summary>
    /// <inheritdoc cref="PreTokenizerRule"/>
    public static void Split(ReadOnlySpan<PieceExpression> expressions, ReadOnlySpan<byte> text, int offset, List<int> ends)
    {
        if (expressions.IsEmpty)
        {
            ends.Add(offset + text.Length);
            return;
        }
        for (var position = 0; position < text.Length;)
        {
            var start = expressions[0].Find(text[position..], out var length);
            if (start > 0) Split(expressions[1..], text.Slice(position, start), offset + position, ends);
            position += start;
            if (length > 0) Split(expressions[1..], text.Slice(position, length), offset + position, ends);
            position += length;
        }
    }

    /// <summary>Where the first match begins; the text's length if there is none.</summary>
    private int Find(ReadOnlySpan<byte> text, out int length)
    {
        for (var start = 0; start < text.Length;)
        {
            length = Match(text[start..]);
            if (length > 0) return start;
            start += LengthWithoutMatch(text[start..]);
        }
        length = 0;
        return text.Length;
    }

    /// <summary>
    /// How many bytes begin no match, given that the first one does not. An expression that begins with a run, such as <c>\s+$</c>, does
    /// not match inside of that run either: to look there would take the square of the time.
    /// </summary>
    private int LengthWithoutMatch(ReadOnlySpan<byte> text)
    {
        if (alternatives is [[{ Kind: StepKind.Run, Min: 1, Max: int.MaxValue, Set: { } set }, ..]] && RunLength(set, text, int.MaxValue, out _) is > 0 and var run) return run;
        System.Text.Rune.DecodeFromUtf8(text, out _, out var first);
        return first;
    }

    /// <summary>The length of the match at the start of a text; -1 for none.</summary>
    private int Match(ReadOnlySpan<byte> text)
    {
        foreach (var steps in alternatives)
            if (Match(steps, text, 0) is >= 0 and var end) return end;
        return -1;
    }

    /// <summary>Where a match of these steps ends that begins at <paramref name="position"/>; -1 for none.</summary>
    private static int Match(ReadOnlySpan<Step> steps, ReadOnlySpan<byte> text, int position)
    {
        if (steps.IsEmpty) return position;
        var step = steps[0];
        var rest = text[position..];
        switch (step.Kind)
        {
            case StepKind.NotFollowedBy: return rest.Length > 0 && step.Set!.HasFirst(rest, out _) ? -1 : Match(steps[1..], text, position);
            case StepKind.End: return rest.Length > 0 ? -1 : Match(steps[1..], text, position);
            case StepKind.Group:
                var length = step.Group!.Match(rest);
                var end = length < 0 ? -1 : Match(steps[1..], text, position + length);
                return end < 0 && step.Min == 0 ? Match(steps[1..], text, position) : end;
        }
        var run = RunLength(step.Set!, rest, step.Max, out var count);
        for (; count >= step.Min; count--)
        {
            if (Match(steps[1..], text, position + run) is >= 0 and var end) return end;
            // One character less.
            do run--;
            while (run > 0 && (rest[run] & 0xC0) == 0x80);
        }
        return -1;
    }

    private static int RunLength(CharacterSet set, ReadOnlySpan<byte> text, int max, out int count)
    {
        var end = 0;
        for (count = 0; count < max && end < text.Length && set.HasFirst(text[end..], out var length); count++) end += length;
        return end;
    }
}
