using System.Globalization;
using System.Text;
using Step = LoRDBA.Runtime.Tokenization.PieceExpression.Step;
using StepKind = LoRDBA.Runtime.Tokenization.PieceExpression.StepKind;

namespace LoRDBA.Runtime.Tokenization;

/// <summary>Reads the notation of <see cref="PieceExpression"/>. The expressions are our own, so an error here is a programmer's.</summary>
internal sealed class PieceExpressionParser(string pattern)
{
    private int position;

    /// <summary>The alternatives of the whole expression, or of the group that has just begun.</summary>
    public Step[][] Parse()
    {
        var alternatives = new List<Step[]>();
        var steps = new List<Step>();
        while (position < pattern.Length && pattern[position] != ')')
        {
            if (TryTake("|"))
            {
                alternatives.Add([.. steps]);
                steps.Clear();
            }
            else steps.Add(ParseStep());
        }
        alternatives.Add([.. steps]);
        return [.. alternatives];
    }

    private Step ParseStep()
    {
        if (TryTake("$")) return new(StepKind.End);
        if (TryTake("(?!"))
        {
            var next = ParseSet();
            Expect(")");
            return new(StepKind.NotFollowedBy, next);
        }
        if (TryTake("(?:"))
        {
            var group = new PieceExpression(Parse());
            Expect(")");
            return new(StepKind.Group, Group: group, Min: TryTake("?") ? 0 : 1);
        }
        var set = ParseSet();
        var (min, max) = ParseCount();
        return new(StepKind.Run, set, Min: min, Max: max);
    }

    private CharacterSet ParseSet()
    {
        var set = new CharacterSet();
        if (!TryTake("["))
        {
            AddItem(set);
            return set.Complete(negated: false);
        }
        var negated = TryTake("^");
        while (!TryTake("]")) AddItem(set);
        return set.Complete(negated);
    }

    /// <summary>A character, a range, or a class.</summary>
    private void AddItem(CharacterSet set)
    {
        if (TryTake("\\s")) set.AddSpace(true);
        else if (TryTake("\\S")) set.AddSpace(false);
        else if (TryTake("\\p{"))
        {
            var end = pattern.IndexOf('}', position);
            set.AddCategory(pattern[position..end]);
            position = end + 1;
        }
        else
        {
            var first = TakeCharacter();
            var isRange = position + 1 < pattern.Length && pattern[position] == '-' && pattern[position + 1] != ']';
            if (isRange) position++;
            set.AddRange(first, isRange ? TakeCharacter() : first);
        }
    }

    private int TakeCharacter()
    {
        var rune = Rune.GetRuneAt(pattern, position);
        position += rune.Utf16SequenceLength;
        if (rune.Value != '\\') return rune.Value;
        var escaped = pattern[position++];
        return escaped switch
        {
            'r' => '\r',
            'n' => '\n',
            't' => '\t',
            _ when char.IsAsciiLetterOrDigit(escaped) => throw new ArgumentException($"\\{escaped} is not supported in {pattern}."),
            _ => escaped,
        };
    }

    private (int Min, int Max) ParseCount()
    {
        if (TryTake("?")) return (0, 1);
        if (TryTake("*")) return (0, int.MaxValue);
        if (TryTake("+")) return (1, int.MaxValue);
        if (!TryTake("{")) return (1, 1);
        var end = pattern.IndexOf('}', position);
        var bounds = pattern[position..end].Split(',');
        position = end + 1;
        return (int.Parse(bounds[0], CultureInfo.InvariantCulture), int.Parse(bounds[^1], CultureInfo.InvariantCulture));
    }

    private bool TryTake(string text)
    {
        var isThere = string.CompareOrdinal(pattern, position, text, 0, text.Length) == 0;
        if (isThere) position += text.Length;
        return isThere;
    }

    private void Expect(string text)
    {
        if (!TryTake(text)) throw new ArgumentException($"{text} is expected at {position} of {pattern}.");
    }
}
