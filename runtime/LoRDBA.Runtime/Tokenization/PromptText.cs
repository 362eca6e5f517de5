using System.Text;

namespace LoRDBA.Runtime.Tokenization;

/// <summary>
/// A text that knows the writer of each character. Marks by the chat template are special tokens. Characters by anybody else are
/// content, in which <c>&lt;|im_end|&gt;</c> is ordinary text. Immutable.
/// </summary>
public sealed class PromptText
{
    // One for each UTF-16 unit of a text of both kinds; null where all are of one kind.
    private readonly bool[]? isContent;
    private readonly bool allContent;

    private PromptText(string text, bool allContent) => (Text, this.allContent) = (text, allContent);

    /// <summary>A text of both kinds.</summary>
    /// <param name="text">The characters.</param>
    /// <param name="isContent">Whether each UTF-16 unit is content; of the text's length.</param>
    internal PromptText(string text, bool[] isContent) => (Text, this.isContent) = (text, isContent);

    /// <summary>No characters.</summary>
    public static PromptText Empty { get; } = Trusted("");

    /// <summary>The characters.</summary>
    public string Text { get; }

    /// <summary>A text whose marks are marks.</summary>
    public static PromptText Trusted(string text) => new(text, allContent: false);

    /// <summary>A text in which marks are text.</summary>
    public static PromptText Content(string text) => new(text, allContent: true);

    /// <summary>Whether the UTF-16 unit at <paramref name="index"/> is content.</summary>
    public bool IsContent(int index) => isContent is null ? allContent : isContent[index];

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>A part of the text.</summary>
    internal PromptText Slice(int start, int length)
    {
        var part = Text.Substring(start, length);
        return isContent is null ? new(part, allContent) : new(part, isContent[start..(start + length)]);
    }

    /// <summary>Other characters in the place of these, one for one.</summary>
    internal PromptText WithText(string text) => isContent is null ? new(text, allContent) : new(text, isContent);

    /// <summary>
    /// The text in UTF-8, and of each byte whether it is content. A surrogate without its other half becomes U+FFFD; a character is content if any
    /// unit of it is.
    /// </summary>
    internal (byte[] Bytes, bool[] IsContent) ToUtf8()
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(Text)];
        var isContentByte = new bool[bytes.Length];
        if (isContent is null)
        {
            Encoding.UTF8.GetBytes(Text, bytes);
            isContentByte.AsSpan().Fill(allContent);
            return (bytes, isContentByte);
        }
        var (from, to) = (0, 0);
        foreach (var rune in Text.EnumerateRunes())
        {
            var length = rune.EncodeToUtf8(bytes.AsSpan(to));
            isContentByte.AsSpan(to, length).Fill(IsContent(from) || IsContent(from + rune.Utf16SequenceLength - 1));
            (from, to) = (from + rune.Utf16SequenceLength, to + length);
        }
        return (bytes, isContentByte);
    }
}
