using System.Text;
using LoRDBA.Runtime.Chat.Jinja.Evaluation;
using LoRDBA.Runtime.Tokenization;

namespace LoRDBA.Runtime.Chat.Jinja.Values;

/// <summary>Puts a text together from parts that different people wrote, within the budget.</summary>
internal sealed class TextBuilder(Budget budget)
{
    private readonly StringBuilder chars = new();
    // Where stretches of one kind end, one kind after the other; the first is trusted.
    private readonly List<int> ends = [0];

    /// <summary>Appends a text.</summary>
    public TextBuilder Append(PromptText text) => Append(text, 0, text.Text.Length);

    /// <summary>Appends a part of a text.</summary>
    public TextBuilder Append(PromptText text, int start, int length)
    {
        budget.SpendText(length, chars.Length + length);
        chars.Append(text.Text, start, length);
        for (var i = start; i < start + length; i++)
        {
            // An odd number of stretches ends with a trusted one.
            if (text.IsContent(i) == (ends.Count % 2 == 1)) ends.Add(ends[^1]);
            ends[^1]++;
        }
        return this;
    }

    /// <summary>Appends what the template wrote.</summary>
    public TextBuilder Append(string text) => Append(PromptText.Trusted(text));

    /// <summary>The text.</summary>
    public PromptText ToText()
    {
        var text = chars.ToString();
        if (ends.Count == 1) return PromptText.Trusted(text);
        if (ends is [0, _]) return PromptText.Content(text);
        var isContent = new bool[text.Length];
        for (var i = 1; i < ends.Count; i += 2) isContent.AsSpan(ends[i - 1]..ends[i]).Fill(true);
        return new(text, isContent);
    }

    /// <summary>The text as a value.</summary>
    public TextValue ToValue() => new(ToText());
}
