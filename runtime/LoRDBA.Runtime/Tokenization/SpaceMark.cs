using System.Globalization;

namespace LoRDBA.Runtime.Tokenization;

/// <summary>
/// How SentencePiece vocabularies are written: a space as U+2581, a byte as <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c>, everything else as it is.
/// </summary>
internal static class SpaceMark
{
    private static ReadOnlySpan<byte> Mark => "\u2581"u8;

    /// <summary>Bytes of the mark.</summary>
    public static int Length => Mark.Length;

    /// <summary>Whether a text begins with the mark.</summary>
    public static bool IsAt(ReadOnlySpan<byte> text) => text.StartsWith(Mark);

    /// <summary>Copies a text with its marks turned into spaces; returns the length. There must be room for the text's length.</summary>
    public static int Undo(ReadOnlySpan<byte> text, Span<byte> copy)
    {
        var length = 0;
        while (true)
        {
            var found = text.IndexOf(Mark);
            text[..(found < 0 ? text.Length : found)].CopyTo(copy[length..]);
            if (found < 0) return length + text.Length;
            length += found;
            copy[length++] = (byte)' ';
            text = text[(found + Mark.Length)..];
        }
    }

    /// <summary>The byte that a token such as <c>&lt;0x0A&gt;</c> stands for.</summary>
    public static bool TryReadByte(ReadOnlySpan<byte> token, out byte value)
    {
        value = 0;
        return token.Length == 6 && token.StartsWith("<0x"u8) && token[5] == '>'
            && byte.TryParse(token[3..5], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
