using System.Buffers;
using System.Text;

namespace LoRDBA.Tool.Output;

/// <summary>A token's bytes in quotes for a person: text as it is, line ends and the like escaped, bytes that are no whole character as <c>\xE2</c>.</summary>
internal static class TokenText
{
    /// <summary>Quotes <paramref name="bytes"/>.</summary>
    public static string Quote(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder("\"");
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var length) == OperationStatus.Done) Append(text, rune);
            else foreach (var one in bytes[..length]) text.Append($"\\x{one:X2}");
            bytes = bytes[length..];
        }
        return text.Append('"').ToString();
    }

    private static void Append(StringBuilder text, Rune rune)
    {
        switch (rune.Value)
        {
            case '\n': text.Append("\\n"); break;
            case '\r': text.Append("\\r"); break;
            case '\t': text.Append("\\t"); break;
            case '"' or '\\': text.Append('\\').Append((char)rune.Value); break;
            case < ' ' or 0x7F: text.Append($"\\x{rune.Value:X2}"); break;
            default:
                if (VisibleText.IsVisible(rune)) text.Append(rune.ToString());
                else VisibleText.AppendSpelled(text, rune);
                break;
        }
    }
}
