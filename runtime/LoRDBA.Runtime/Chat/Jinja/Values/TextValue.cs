using LoRDBA.Runtime.Tokenization;

namespace LoRDBA.Runtime.Chat.Jinja.Values;

/// <summary>
/// A text, with who wrote which part of it. Its elements are Unicode's characters, as in Python: where a text has surrogates, two units can
/// be one element.
/// </summary>
internal sealed class TextValue(PromptText text) : Value
{
    // Where each element begins, and the end; empty where each unit is an element, null as long as nobody asked.
    private int[]? starts;

    /// <summary>The text and its provenance.</summary>
    public PromptText Text { get; } = text;

    /// <summary>The characters.</summary>
    public string Chars => Text.Text;

    /// <inheritdoc/>
    public override string Kind => "a text";

    /// <inheritdoc/>
    public override bool IsTrue => Chars.Length > 0;

    /// <summary>How many elements it has.</summary>
    public int Length => Starts is { } known ? known.Length - 1 : Chars.Length;

    // Looked for once: who walks over a text asks at each element.
    private int[]? Starts => (starts ??= Chars.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') ? FindStarts() : []) is { Length: > 0 } known ? known : null;

    /// <summary>A text that the template itself, or this program, wrote.</summary>
    public static TextValue Trusted(string text) => new(PromptText.Trusted(text));

    /// <summary>A text that somebody else wrote.</summary>
    public static TextValue Content(string text) => new(PromptText.Content(text));

    /// <summary>Some elements.</summary>
    public TextValue Elements(int start, int count) => Units(UnitOf(start), UnitOf(start + count) - UnitOf(start));

    /// <summary>Some UTF-16 units.</summary>
    public TextValue Units(int start, int length) => length == Chars.Length ? this : new(Text.Slice(start, length));

    /// <summary>The element that begins at a UTF-16 unit.</summary>
    public int ElementOf(int unit) => Starts is { } known ? Array.BinarySearch(known, unit) : unit;

    private int UnitOf(int element) => Starts is { } known ? known[element] : element;

    private int[] FindStarts()
    {
        var found = new List<int>();
        var unit = 0;
        foreach (var rune in Chars.EnumerateRunes())
        {
            found.Add(unit);
            unit += rune.Utf16SequenceLength;
        }
        found.Add(unit);
        return [.. found];
    }
}
