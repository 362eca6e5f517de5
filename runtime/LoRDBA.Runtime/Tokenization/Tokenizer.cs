using System.Buffers;
using System.Text;
using LoRDBA.Runtime.Gguf;

namespace LoRDBA.Runtime.Tokenization;

/// <summary>
/// Text to token ids and back with a model's own vocabulary. Immutable and thread-safe; independent of the GGUF file once made.
/// <code>
/// text -> UTF-8 -> special tokens split out -+-> BytePairEncoder       pieces (pre-tokenizer), merged by rank
///                                            +-> SentencePieceEncoder  space before it, merged by score, bytes for the rest
/// </code>
/// With a SentencePiece vocabulary, U+2581 in a text is a space.
/// </summary>
public sealed class Tokenizer
{
    private readonly SpecialTokens specials;
    private readonly ITextEncoder encoder;

    private Tokenizer(GgufFile file)
    {
        Vocabulary = Vocabulary.FromGguf(file);
        specials = new SpecialTokens(Vocabulary);
        var notices = new List<string>(Vocabulary.Notices);
        encoder = Vocabulary.Kind == VocabularyKind.ByteLevel
            ? new BytePairEncoder(file.Metadata, Vocabulary, notices)
            : new SentencePieceEncoder(file.Metadata, Vocabulary);
        Notices = notices;
    }

    /// <summary>Reads the tokenizer of a model.</summary>
    /// <exception cref="TokenizerException">The vocabulary is damaged, or of a kind that is not supported.</exception>
    /// <exception cref="GgufException">A key is absent or of a wrong type.</exception>
    public static Tokenizer FromGguf(GgufFile file) => new(file);

    /// <summary>The tokens.</summary>
    public Vocabulary Vocabulary { get; }

    /// <summary>Where the file was read with a guess, those of the vocabulary included: one line each for a person to read.</summary>
    public IReadOnlyList<string> Notices { get; }

    /// <summary>
    /// The tokens of a text, none added. Two texts that are encoded apart and joined keep their own tokens. A UTF-16 surrogate
    /// without its other half is read as U+FFFD. A character that the vocabulary lacks becomes its unknown token, if it has one.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="parseSpecial">
    /// Whether marks such as <c>&lt;|im_end|&gt;</c> in the text become their tokens; if not, they are text like any other, which is the
    /// choice for what a stranger wrote.
    /// </param>
    /// <exception cref="TokenizerException">The vocabulary has neither tokens for a character nor an unknown token.</exception>
    public int[] Encode(ReadOnlySpan<char> text, bool parseSpecial = true) =>
        Encode(parseSpecial ? PromptText.Trusted(text.ToString()) : PromptText.Content(text.ToString()));

    /// <summary>
    /// As <see cref="Encode(ReadOnlySpan{char}, bool)"/>, but a mark is a special token only if none of its characters is content. The text
    /// between two special tokens is encoded as one text, whoever wrote its parts.
    /// </summary>
    /// <inheritdoc cref="Encode(ReadOnlySpan{char}, bool)" path="/exception"/>
    public int[] Encode(PromptText text)
    {
        var (bytes, isContent) = text.ToUtf8();
        var ids = new List<int>();
        var work = new MergeList();
        for (var at = 0; at < bytes.Length;)
        {
            ReadOnlySpan<byte> rest = bytes.AsSpan(at);
            var isSpecial = specials.TryFind(rest, isContent.AsSpan(at), out var start, out var special);
            if (start > 0 && !encoder.TryEncode(rest[..start], work, ids, out var lacking)) throw Lacking(bytes, at + lacking);
            at += start;
            if (!isSpecial) continue;
            ids.Add(special);
            at += Vocabulary.Bytes(special).Length;
        }
        return [.. ids];
    }

    /// <summary>
    /// The tokens of a text that a model is to continue: as <see cref="Encode(ReadOnlySpan{char}, bool)"/> with special tokens, and with the token that
    /// begins a text in front if the model wants one and the text does not have it.
    /// </summary>
    /// <inheritdoc cref="Encode(ReadOnlySpan{char}, bool)" path="/exception"/>
    public int[] EncodePrompt(ReadOnlySpan<char> text) => EncodePrompt(PromptText.Trusted(text.ToString()));

    /// <summary>As <see cref="EncodePrompt(ReadOnlySpan{char})"/>, with marks as in <see cref="Encode(PromptText)"/>.</summary>
    /// <inheritdoc cref="Encode(ReadOnlySpan{char}, bool)" path="/exception"/>
    public int[] EncodePrompt(PromptText text)
    {
        var ids = Encode(text);
        return Vocabulary.AddBos && (ids.Length == 0 || ids[0] != Vocabulary.BosId) ? [Vocabulary.BosId!.Value, .. ids] : ids;
    }

    /// <summary>The text of tokens; bytes that are not UTF-8 become U+FFFD.</summary>
    /// <param name="ids">The tokens.</param>
    /// <param name="showSpecial">Whether marks such as <c>&lt;|im_end|&gt;</c> are written out or left out.</param>
    /// <exception cref="TokenizerException">An id is not in the vocabulary.</exception>
    public string Decode(ReadOnlySpan<int> ids, bool showSpecial = false)
    {
        var bytes = new ArrayBufferWriter<byte>();
        var begins = true;
        foreach (var id in ids) bytes.Write(Text(id, showSpecial, ref begins));
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>Whether a model that produces this token has nothing more to say.</summary>
    public bool IsEndOfGeneration(int id) => Vocabulary.IsEnd(id);

    /// <summary>The bytes that a token adds to a text; none for a hidden mark.</summary>
    /// <param name="id">The token.</param>
    /// <param name="showSpecial">Whether marks are written out.</param>
    /// <param name="begins">Whether text begins here: then the space that the encoder put there is taken off. Updated for the next token.</param>
    internal ReadOnlySpan<byte> Text(int id, bool showSpecial, ref bool begins)
    {
        var text = showSpecial || Vocabulary.IsText(id) ? Vocabulary.Bytes(id) : [];
        var isSeparator = Vocabulary.IsSeparator(id);
        var hasPrefix = begins && !isSeparator && Vocabulary.AddSpacePrefix && text.StartsWith((byte)' ');
        begins = isSeparator;
        return hasPrefix ? text[1..] : text;
    }

    private static TokenizerException Lacking(ReadOnlySpan<byte> text, int at)
    {
        // A byte inside of a character may be the first that is lacking.
        var start = at;
        while ((text[start] & 0xC0) == 0x80) start--;
        Rune.DecodeFromUtf8(text[start..], out var character, out _);
        return new(TokenizerError.UnencodableText, "text",
            $"the character U+{character.Value:X4}, number {Encoding.UTF8.GetCharCount(text[..start]) + 1} of the text, has no token in this vocabulary (byte {text[at]:X2} is missing). Take it out of the text.");
    }
}
