using System.Buffers;
using System.Text;
using LoRDBA.Runtime.Gguf;

namespace LoRDBA.Runtime.Tokenization;

/// <summary>
/// Text to token ids and back with a model's own vocabulary (byte-level BPE). Immutable and thread-safe; independent of the
/// GGUF file once made.
/// <code>
/// text -> UTF-8 -> special tokens split out -> pieces (pre-tokenizer) -> tokens (byte-pair encoder)
/// </code>
/// </summary>
public sealed class Tokenizer
{
    private readonly SpecialTokens specials;
    private readonly PreTokenizer preTokenizer;
    private readonly BytePairEncoder encoder;

    private Tokenizer(GgufFile file)
    {
        Vocabulary = Vocabulary.FromGguf(file);
        preTokenizer = PreTokenizer.Of(file.Metadata);
        specials = new SpecialTokens(Vocabulary);
        encoder = new BytePairEncoder(file.Metadata, Vocabulary, preTokenizer.WholeFirst);
    }

    /// <summary>Reads the tokenizer of a model.</summary>
    /// <exception cref="TokenizerException">The vocabulary is damaged, or of a kind that is not supported.</exception>
    /// <exception cref="GgufException">A key is absent or of a wrong type.</exception>
    public static Tokenizer FromGguf(GgufFile file) => new(file);

    /// <summary>The tokens.</summary>
    public Vocabulary Vocabulary { get; }

    /// <summary>
    /// The tokens of a text, none added: of two texts encoded apart and joined each keeps its own tokens. A UTF-16 surrogate
    /// without its other half is read as U+FFFD; a byte that the vocabulary lacks is left out.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="parseSpecial">
    /// Whether marks such as <c>&lt;|im_end|&gt;</c> in the text become their tokens; if not, they are text like any other, which is the
    /// choice for what a stranger wrote.
    /// </param>
    public int[] Encode(ReadOnlySpan<char> text, bool parseSpecial = true)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetByteCount(text));
        ReadOnlySpan<byte> rest = buffer.AsSpan(0, Encoding.UTF8.GetBytes(text, buffer));
        var ids = new List<int>();
        var ends = new List<int>();
        var work = new BytePairEncoder.Workspace();
        while (!rest.IsEmpty)
        {
            var isSpecial = specials.TryFind(rest, parseSpecial, out var start, out var special);
            EncodeText(rest[..start], ends, work, ids);
            if (isSpecial)
            {
                ids.Add(special);
                start += Vocabulary.Bytes(special).Length;
            }
            rest = rest[start..];
        }
        ArrayPool<byte>.Shared.Return(buffer);
        return [.. ids];
    }

    /// <summary>
    /// The tokens of a text that a model is to continue: as <see cref="Encode"/> with special tokens, and with the token that
    /// begins a text in front if the model wants one and the text does not have it.
    /// </summary>
    public int[] EncodePrompt(ReadOnlySpan<char> text)
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
        foreach (var id in ids)
            if (showSpecial || Vocabulary.IsText(id)) bytes.Write(Vocabulary.Bytes(id));
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>Whether a model that produces this token has nothing more to say.</summary>
    public bool IsEndOfGeneration(int id) => Vocabulary.IsEnd(id);

    private void EncodeText(ReadOnlySpan<byte> text, List<int> ends, BytePairEncoder.Workspace work, List<int> ids)
    {
        ends.Clear();
        preTokenizer.Split(text, 0, ends);
        var start = 0;
        foreach (var end in ends)
        {
            encoder.Encode(text[start..end], work, ids);
            start = end;
        }
    }
}
