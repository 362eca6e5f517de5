using LoRDBA.Runtime.Chat.Jinja.Values;
using LoRDBA.Runtime.Tokenization;

namespace LoRDBA.Runtime.Chat.Jinja.Library;

/// <summary>What filters and methods do with one text. Each character keeps who wrote it.</summary>
internal static class TextFunctions
{
    /// <summary>Takes white space, or any of some characters, off the ends.</summary>
    public static Value Strip(Invocation call, bool atStart, bool atEnd)
    {
        var (text, chars) = (call.Text, call.OptionalText(0)?.Chars);
        bool IsStripped(char c) => chars?.Contains(c) ?? char.IsWhiteSpace(c);

        var (start, end) = (0, text.Chars.Length);
        while (atStart && start < end && IsStripped(text.Chars[start])) start++;
        while (atEnd && start < end && IsStripped(text.Chars[end - 1])) end--;
        call.Context.Budget.SpendText(text.Chars.Length, 0);
        return text.Units(start, end - start);
    }

    /// <summary>The texts of a prefix or suffix, or of a tuple of them.</summary>
    public static IEnumerable<string> Options(Invocation call) => call[0] is ListValue several
        ? [.. several.Items.Select(item => (item as TextValue)?.Chars ?? throw call.Wrong($"takes texts, not {item.Kind}"))]
        : [call.TextAt(0).Chars];

    /// <summary>The text without what it begins with.</summary>
    public static Value RemovePrefix(Invocation call)
    {
        var (text, prefix) = (call.Text, call.TextAt(0).Chars);
        return text.Chars.StartsWith(prefix, StringComparison.Ordinal) ? text.Units(prefix.Length, text.Chars.Length - prefix.Length) : text;
    }

    /// <summary>The text without what it ends with.</summary>
    public static Value RemoveSuffix(Invocation call)
    {
        var (text, suffix) = (call.Text, call.TextAt(0).Chars);
        return text.Chars.EndsWith(suffix, StringComparison.Ordinal) ? text.Units(0, text.Chars.Length - suffix.Length) : text;
    }

    /// <summary>In capitals.</summary>
    public static Value Upper(Invocation call) => Change(call, text => text.ToUpperInvariant());

    /// <summary>In small letters.</summary>
    public static Value Lower(Invocation call) => Change(call, text => text.ToLowerInvariant());

    /// <summary>A capital, then small letters.</summary>
    public static Value Capitalize(Invocation call) => Change(call, text => Cased(text, (_, index) => index == 0));

    /// <summary>A capital behind every character that is no letter: the method of Python.</summary>
    public static Value TitleOfLetters(Invocation call) => Change(call, text => Cased(text, (all, index) => index == 0 || !char.IsLetter(all[index - 1])));

    /// <summary>A capital behind white space, a hyphen or an opening bracket: the filter of Jinja.</summary>
    public static Value TitleOfWords(Invocation call) =>
        Change(call, text => Cased(text, (all, index) => index == 0 || char.IsWhiteSpace(all[index - 1]) || "-({[<".Contains(all[index - 1])));

    /// <summary>Puts a text in the place of another, everywhere or a number of times.</summary>
    public static Value Replace(Invocation call)
    {
        var (text, old, by, count) = (call.Text, call.TextAt(0).Chars, call.TextAt(1).Text, call.Integer(2, -1));
        var result = new TextBuilder(call.Context.Budget);
        var at = 0;
        for (var done = 0L; done != count; done++)
        {
            call.Context.Step();
            // An empty text is found before each character and behind the last.
            var found = old.Length > 0 ? text.Chars.IndexOf(old, at, StringComparison.Ordinal) : done == 0 ? 0 : at < text.Chars.Length ? at + 1 : -1;
            if (found < 0) break;
            result.Append(text.Text, at, found - at).Append(by);
            at = found + old.Length;
        }
        return result.Append(text.Text, at, text.Chars.Length - at).ToValue();
    }

    /// <summary>Where a part is, or -1.</summary>
    public static Value Find(Invocation call, bool fromEnd)
    {
        var (text, part) = (call.Text, call.TextAt(0).Chars);
        call.Context.Budget.SpendText(text.Chars.Length, 0);
        var unit = fromEnd ? text.Chars.LastIndexOf(part, StringComparison.Ordinal) : text.Chars.IndexOf(part, StringComparison.Ordinal);
        return new IntValue(unit < 0 ? unit : text.ElementOf(unit));
    }

    /// <summary>How often a part comes.</summary>
    public static Value Count(Invocation call)
    {
        var (text, part) = (call.Text, call.TextAt(0).Chars);
        call.Context.Budget.SpendText(text.Chars.Length, 0);
        return new IntValue(part.Length == 0 ? text.Length + 1 : text.Chars.AsSpan().Count(part));
    }

    /// <summary>Indents lines: all but the first and empty ones, unless told otherwise.</summary>
    public static Value Indent(Invocation call)
    {
        var (text, first, blank) = (call.Text.Text, call.Flag(1), call.Flag(2));
        var indentation = call.Bound[0] is TextValue given ? given.Text : PromptText.Trusted(new string(' ', (int)Math.Clamp(call.Integer(0, 4), 0, 1000)));
        var result = new TextBuilder(call.Context.Budget);
        for (var start = 0; start <= text.Text.Length;)
        {
            call.Context.Step();
            var end = text.Text.IndexOf('\n', start) is >= 0 and var found ? found + 1 : text.Text.Length + 1;
            var isEmpty = end - start == 1;
            if (start == 0 ? first : blank || !isEmpty) result.Append(indentation);
            result.Append(text, start, Math.Min(end, text.Text.Length) - start);
            start = end;
        }
        return result.ToValue();
    }

    /// <summary>Fills up to a width: on both sides, the larger half at the right as Python does, or on one.</summary>
    public static Value Pad(Invocation call, long width, bool fromLeft, bool fromRight)
    {
        var text = call.Text;
        var lacking = Math.Max(0, Math.Clamp(call.Integer(0, width), 0, Evaluation.Budget.MaxTextLength + 1) - text.Length);
        var left = fromLeft && fromRight ? lacking / 2 + (lacking & text.Length + lacking & 1) : fromLeft ? lacking : 0;
        var result = new TextBuilder(call.Context.Budget);
        return result.Append(new string(' ', (int)left)).Append(text.Text).Append(new string(' ', (int)(lacking - left))).ToValue();
    }

    /// <summary>A number of characters at most, ended by dots; between words unless told otherwise.</summary>
    public static Value Truncate(Invocation call)
    {
        var (text, length, end, leeway) = (call.Text, call.Integer(0, 255), call.OptionalText(2)?.Text ?? PromptText.Trusted("..."), call.Integer(3, 5));
        if (length < end.Text.Length || leeway < 0) throw call.Wrong($"takes a length of at least {end.Text.Length}, and a leeway of at least 0");
        if (text.Length <= length + leeway) return text;
        var kept = text.Elements(0, (int)length - end.Text.Length);
        if (!call.Flag(1) && kept.Chars.LastIndexOf(' ') is >= 0 and var space) kept = kept.Units(0, space);
        return new TextBuilder(call.Context.Budget).Append(kept.Text).Append(end).ToValue();
    }

    /// <summary>How many runs of letters, digits and underscores there are.</summary>
    public static long CountWords(Invocation call)
    {
        call.Context.Budget.SpendText(call.Text.Chars.Length, 0);
        var (count, wasWord) = (0L, false);
        foreach (var c in call.Text.Chars)
        {
            var isWord = char.IsLetterOrDigit(c) || c == '_';
            if (isWord && !wasWord) count++;
            wasWord = isWord;
        }
        return count;
    }

    /// <summary>With the signs of HTML written as entities.</summary>
    public static Value Escape(Invocation call) => ReplaceEach(call, c => c switch
    {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&#34;",
        '\'' => "&#39;",
        _ => null,
    });

    /// <summary>With all but letters, digits and <c>_.-~/</c> of ASCII written as percent and hexadecimal digits.</summary>
    public static Value UrlEncode(Invocation call)
    {
        var text = call.Text;
        var result = new TextBuilder(call.Context.Budget);
        for (var i = 0; i < text.Length; i++)
        {
            var element = text.Elements(i, 1);
            var isPlain = element.Chars is [var c] && (char.IsAsciiLetterOrDigit(c) || "_.-~/".Contains(c));
            result.Append(isPlain ? element.Text : PromptText.Content(string.Concat(System.Text.Encoding.UTF8.GetBytes(element.Chars).Select(value => $"%{value:X2}"))));
        }
        return result.ToValue();
    }

    /// <summary>The part before a separator, the separator, and the part behind it; without one the text and two empty ones.</summary>
    public static Value Partition(Invocation call, bool fromEnd)
    {
        var (text, separator) = (call.Text, call.TextAt(0).Chars);
        if (separator.Length == 0) throw call.Wrong("takes a separator that is not empty");
        call.Context.Budget.SpendText(text.Chars.Length, 0);
        var at = fromEnd ? text.Chars.LastIndexOf(separator, StringComparison.Ordinal) : text.Chars.IndexOf(separator, StringComparison.Ordinal);
        var (empty, length) = (TextValue.Trusted(""), text.Chars.Length);
        if (at < 0) return new ListValue(fromEnd ? [empty, empty, text] : [text, empty, empty], isTuple: true);
        var end = at + separator.Length;
        return new ListValue([text.Units(0, at), text.Units(at, separator.Length), text.Units(end, length - end)], isTuple: true);
    }

    private static TextValue ReplaceEach(Invocation call, Func<char, string?> replacement)
    {
        var text = call.Text;
        var result = new TextBuilder(call.Context.Budget);
        var start = 0;
        for (var i = 0; i < text.Chars.Length; i++)
        {
            if (replacement(text.Chars[i]) is not { } other) continue;
            result.Append(text.Text, start, i - start).Append(text.Text.IsContent(i) ? PromptText.Content(other) : PromptText.Trusted(other));
            start = i + 1;
        }
        return result.Append(text.Text, start, text.Chars.Length - start).ToValue();
    }

    private static TextValue Change(Invocation call, Func<string, string> change)
    {
        call.Context.Budget.SpendText(call.Text.Chars.Length, 0);
        // Unit by unit: a letter whose capital is two letters stays as it is.
        return new(call.Text.Text.WithText(change(call.Text.Chars)));
    }

    private static string Cased(string text, Func<string, int, bool> isCapital) => string.Create(text.Length, (text, isCapital), static (span, state) =>
    {
        for (var i = 0; i < span.Length; i++)
            span[i] = state.isCapital(state.text, i) ? char.ToUpperInvariant(state.text[i]) : char.ToLowerInvariant(state.text[i]);
    });
}
