using System.Text;
using CsCheck;

namespace LoRDBA.Runtime.Tests.Tokenization;

/// <summary>Random valid texts: any characters of Unicode, mixed with those that tokenizers treat apart.</summary>
internal static class UnicodeText
{
    private static readonly Gen<string> Anything = CsCheck.Gen.Int[0, 0x10FFFF].Where(Rune.IsValid).Select(value => new Rune(value).ToString());

    private static readonly Gen<string> Usual = CsCheck.Gen.OneOf(
        " ", "  ", "\n", "\t", "\r\n", "'s", "'ll", "1", "42", "e", "the", "Ä", "я", "我", "🦙", "\u200D", "\u0301", "<|im_end|>", "<s>", "</s>", "<|im", "<", "|>", "\0");

    /// <summary>Expand to 60 of both.</summary>
    public static Gen<string> Gen { get; } = CsCheck.Gen.OneOf(Anything, Usual).Array[0, 60].Select(string.Concat);
}
