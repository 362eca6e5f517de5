using System.Text;
using System.Text.Unicode;
using LoRDBA.Runtime;

namespace LoRDBA.Tool;

/// <summary>A file that is to be text is none; the message names file and line.</summary>
internal sealed class TextFileException(string message) : LordbaException(message)
{
    /// <inheritdoc/>
    public override string Code => "text.not-utf8";
}

/// <summary>
/// Reads text files: UTF-8, or UTF-16 that begins with its mark. A byte that is no text is refused, never exchanged for U+FFFD.
/// </summary>
internal static class TextFile
{
    private static readonly Encoding[] Encodings =
    [
        new UTF8Encoding(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true),
        new UnicodeEncoding(bigEndian: false, byteOrderMark: true, throwOnInvalidBytes: true),
        new UnicodeEncoding(bigEndian: true, byteOrderMark: true, throwOnInvalidBytes: true),
    ];

    /// <summary>All of the text.</summary>
    /// <exception cref="TextFileException">It is no text.</exception>
    public static string Read(string path)
    {
        using var reader = Open(path);
        try
        {
            return reader.ReadToEnd();
        }
        catch (DecoderFallbackException)
        {
            throw NoText(path);
        }
    }

    /// <summary>Its lines, read as they are asked for.</summary>
    /// <exception cref="TextFileException">It is no text, here or some lines further on.</exception>
    public static IEnumerable<string> ReadLines(string path)
    {
        using var reader = Open(path);
        while (ReadLine(reader, path) is { } line) yield return line;
    }

    private static StreamReader Open(string path)
    {
        Span<byte> start = stackalloc byte[2];
        using (var file = File.OpenRead(path)) start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        var encoding = start.StartsWith(Encodings[1].Preamble) ? Encodings[1] : start.StartsWith(Encodings[2].Preamble) ? Encodings[2] : Encodings[0];
        // Not detected by the reader: what it detects it reads with replacements.
        return new StreamReader(path, encoding, detectEncodingFromByteOrderMarks: false);
    }

    private static string? ReadLine(StreamReader reader, string path)
    {
        try
        {
            return reader.ReadLine();
        }
        catch (DecoderFallbackException)
        {
            throw NoText(path);
        }
    }

    /// <summary>The reader decodes more than a line at once, so the line is looked for.</summary>
    private static TextFileException NoText(string path)
    {
        var (bytes, line, start) = (File.ReadAllBytes(path), 1, 0);
        for (var end = 0; (end = Array.IndexOf(bytes, (byte)'\n', start)) >= 0 && Utf8.IsValid(bytes.AsSpan(start..end)); line++) start = end + 1;
        return new($"{path}: line {line} is not UTF-8. Save the file as UTF-8.");
    }
}
