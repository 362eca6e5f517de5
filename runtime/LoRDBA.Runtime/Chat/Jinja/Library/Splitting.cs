using LoRDBA.Runtime.Chat.Jinja.Values;

namespace LoRDBA.Runtime.Chat.Jinja.Library;

/// <summary>Cuts texts into parts, each with its own provenance.</summary>
internal static class Splitting
{
    /// <summary><c>text.split(separator, maxsplit)</c>; without a separator at white space, of which none is left.</summary>
    public static Value Split(Invocation call, bool fromEnd)
    {
        var (text, most) = (call.Text, call.Integer(1, -1));
        var separator = call.OptionalText(0)?.Chars;
        if (separator is "") throw call.Wrong("takes a separator that is not empty");
        call.Context.Budget.SpendText(text.Chars.Length, 0);
        var parts = separator is null ? Words(text.Chars) : Parts(text.Chars, separator);
        if (most >= 0 && parts.Count > most + 1) Merge(parts, (int)most, fromEnd, trimsEnd: separator is null, text.Chars);
        call.Context.Budget.Spend(parts.Count);
        return new ListValue([.. parts.Select(part => text.Units(part.Start, part.Length))]);
    }

    /// <summary><c>text.splitlines()</c>: a line end at the end of the text begins no line.</summary>
    public static Value Lines(Invocation call)
    {
        var text = call.Text;
        var lines = new List<Value>();
        for (int start = 0, next; start < text.Chars.Length; start = next)
        {
            var rest = text.Chars.AsSpan(start);
            var length = rest.IndexOfAny('\n', '\r') is >= 0 and var found ? found : rest.Length;
            next = start + length + (rest[length..].StartsWith("\r\n") ? 2 : 1);
            lines.Add(text.Units(start, length));
            call.Context.Step();
        }
        call.Context.Budget.SpendText(text.Chars.Length, 0);
        return new ListValue(lines);
    }

    private static List<(int Start, int Length)> Parts(string text, string separator)
    {
        var parts = new List<(int, int)>();
        var start = 0;
        for (int at; (at = text.IndexOf(separator, start, StringComparison.Ordinal)) >= 0; start = at + separator.Length) parts.Add((start, at - start));
        parts.Add((start, text.Length - start));
        return parts;
    }

    private static List<(int Start, int Length)> Words(string text)
    {
        var words = new List<(int, int)>();
        for (var at = 0; at < text.Length;)
        {
            var start = at;
            while (at < text.Length && !char.IsWhiteSpace(text[at])) at++;
            if (at > start) words.Add((start, at - start));
            else at++;
        }
        return words;
    }

    /// <summary>Leaves only <paramref name="most"/> cuts: the parts behind the last of them, or before the first, are one.</summary>
    private static void Merge(List<(int Start, int Length)> parts, int most, bool fromEnd, bool trimsEnd, string text)
    {
        if (fromEnd)
        {
            var last = parts[^(most + 1)];
            var start = trimsEnd ? parts[0].Start - LeadingSpace(text, parts[0].Start) : 0;
            parts.RemoveRange(0, parts.Count - most);
            parts.Insert(0, (start, last.Start + last.Length - start));
            return;
        }
        var from = parts[most].Start;
        parts.RemoveRange(most, parts.Count - most);
        parts.Add((from, text.Length - from));
    }

    private static int LeadingSpace(string text, int start) => text.AsSpan(0, start).IsWhiteSpace() ? start : 0;
}
