using System.Globalization;
using System.Text;

namespace LoRDBA.Runtime.Tokenization;

/// <summary>The classes that byte-level pre-tokenizers tell apart; the comment is the same in a regular expression.</summary>
internal enum CharacterClass : byte
{
    /// <summary><c>\p{L}</c></summary>
    Letter,
    /// <summary><c>\p{N}</c></summary>
    Number,
    /// <summary><c>\s</c></summary>
    Space,
    /// <summary><c>[^\s\p{L}\p{N}]</c></summary>
    Other,
}

/// <summary>Finds the class of the character at the start of a UTF-8 text, for all of Unicode.</summary>
internal static class CharacterClasses
{
    private static readonly CharacterClass[] Ascii = [.. Enumerable.Range(0, 0x80).Select(character => Of(new Rune(character)))];

    /// <summary>The first character's class; <paramref name="length"/> is its length in bytes. <paramref name="text"/> is not empty.</summary>
    public static CharacterClass First(ReadOnlySpan<byte> text, out int length)
    {
        if (text[0] < 0x80)
        {
            length = 1;
            return Ascii[text[0]];
        }
        Rune.DecodeFromUtf8(text, out var rune, out length);
        return Of(rune);
    }

    private static CharacterClass Of(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => CharacterClass.Letter,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => CharacterClass.Number,
        _ => Rune.IsWhiteSpace(rune) ? CharacterClass.Space : CharacterClass.Other,
    };
}
