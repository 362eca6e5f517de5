using System.Globalization;
using System.Text;

namespace LoRDBA.Runtime.Tokenization;

/// <summary>
/// The characters that one step of a <see cref="PieceExpression"/> takes: by Unicode's categories, by white space, by ranges.
/// </summary>
internal sealed class CharacterSet
{
    /// <summary>Unicode's names of the categories, in the order of <see cref="UnicodeCategory"/>.</summary>
    private static readonly string[] Names =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Pc", "Pd", "Ps", "Pe", "Pi",
        "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    private readonly bool[] ascii = new bool[0x80];
    private readonly List<(int First, int Last)> ranges = [];
    private uint categories;
    private bool hasSpace, hasNonSpace, isNegated;

    /// <summary>Adds the characters from one to another.</summary>
    /// <exception cref="ArgumentException">It ends before it begins.</exception>
    public void AddRange(int first, int last) =>
        ranges.Add(first <= last ? (first, last) : throw new ArgumentException($"The range ends with U+{last:X4}, before U+{first:X4}.", nameof(last)));

    /// <summary><c>\s</c>, or <c>\S</c>.</summary>
    public void AddSpace(bool isSpace)
    {
        if (isSpace) hasSpace = true;
        else hasNonSpace = true;
    }

    /// <summary>Adds a category, or all that begin with one letter: <c>Lu</c>, <c>L</c>.</summary>
    public void AddCategory(string name)
    {
        var found = 0u;
        for (var i = 0; i < Names.Length; i++)
            if (Names[i].StartsWith(name, StringComparison.Ordinal)) found |= 1u << i;
        if (found == 0) throw new ArgumentException($"There is no category {name}.", nameof(name));
        categories |= found;
    }

    /// <summary>Ends the making of the set.</summary>
    /// <param name="negated">Whether it is to hold all other characters.</param>
    public CharacterSet Complete(bool negated)
    {
        isNegated = negated;
        for (var character = 0; character < ascii.Length; character++) ascii[character] = Has(new Rune(character));
        return this;
    }

    /// <summary>
    /// Whether the set has the first character of a text that is not empty; <paramref name="length"/> is its length in bytes.
    /// </summary>
    public bool HasFirst(ReadOnlySpan<byte> text, out int length)
    {
        length = 1;
        if (text[0] < 0x80) return ascii[text[0]];
        Rune.DecodeFromUtf8(text, out var rune, out length);
        return Has(rune);
    }

    private bool Has(Rune rune)
    {
        var has = (categories >> (int)Rune.GetUnicodeCategory(rune) & 1) != 0 || (Rune.IsWhiteSpace(rune) ? hasSpace : hasNonSpace);
        foreach (var (first, last) in ranges) has |= rune.Value >= first && rune.Value <= last;
        return has != isNegated;
    }
}
