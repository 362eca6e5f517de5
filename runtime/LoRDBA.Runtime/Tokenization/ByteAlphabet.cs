namespace LoRDBA.Runtime.Tokenization;

/// <summary>
/// The alphabet in which byte-level vocabularies write bytes as printable characters (GPT-2, Radford et al. 2019):
/// <code>
/// bytes 21-7E, A1-AC, AE-FF   the character of the same number
/// the other 68, in order      U+0100, U+0101, ... U+0143       (so a space, 20, is written U+0120)
/// </code>
/// </summary>
public static class ByteAlphabet
{
    private const int CharacterCount = 0x100 + 68;

    /// <summary>The byte of each character, -1 where the character is not in the alphabet.</summary>
    private static readonly short[] ByteOf = Build();

    /// <summary>
    /// Undoes the alphabet. <paramref name="bytes"/> must have room for <paramref name="text"/>'s length.
    /// Returns false if <paramref name="text"/> (UTF-8) contains anything else than the alphabet's characters.
    /// </summary>
    internal static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> bytes, out int length)
    {
        length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            int character = text[i];
            if (character >= 0x80)
            {
                // The alphabet's other characters are U+00A1 to U+0143, in UTF-8 110yyyyy 10xxxxxx with C2 to C5 first.
                if (character is < 0xC2 or > 0xC5 || ++i == text.Length || (text[i] & 0xC0) != 0x80) return false;
                character = (character & 0x1F) << 6 | text[i] & 0x3F;
            }
            if (character >= CharacterCount || ByteOf[character] < 0) return false;
            bytes[length++] = (byte)ByteOf[character];
        }
        return true;
    }

    /// <summary>How a byte is written.</summary>
    public static char CharacterOf(byte value) => (char)Array.IndexOf(ByteOf, value);

    private static short[] Build()
    {
        var byteOf = new short[CharacterCount];
        Array.Fill(byteOf, (short)-1);
        var next = 0x100;
        for (short value = 0; value < 0x100; value++)
        {
            var printable = value is >= 0x21 and <= 0x7E or >= 0xA1 and <= 0xAC or >= 0xAE;
            byteOf[printable ? value : next++] = value;
        }
        return byteOf;
    }
}
