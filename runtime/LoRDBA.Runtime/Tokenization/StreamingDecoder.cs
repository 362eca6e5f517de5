using System.Buffers;
using System.Text;

namespace LoRDBA.Runtime.Tokenization;

/// <summary>
/// Turns tokens into text as they come. A UTF-8 character can be spread over several tokens: its bytes are held back until it is
/// whole. What is returned, put together, is exactly what <see cref="Tokenizer.Decode"/> returns for all tokens at once.
/// </summary>
/// <param name="tokenizer">Knows the tokens.</param>
/// <param name="showSpecial">Whether marks such as <c>&lt;|im_end|&gt;</c> are written out or left out.</param>
/// <param name="continues">
/// Whether other text stands before it. If not, the space is left out that a SentencePiece vocabulary has before the first word.
/// </param>
public sealed class StreamingDecoder(Tokenizer tokenizer, bool showSpecial = false, bool continues = false)
{
    private bool begins = !continues;
    private readonly Decoder utf8 = Encoding.UTF8.GetDecoder();
    private readonly ArrayBufferWriter<char> text = new();

    /// <summary>The text that this token completes; empty if it ends inside a character.</summary>
    /// <exception cref="TokenizerException">The id is not in the vocabulary.</exception>
    public string Append(int id) => Convert(tokenizer.Text(id, showSpecial, ref begins), flush: false);

    /// <summary>U+FFFD if the last character is incomplete, else nothing; then the decoder starts anew.</summary>
    public string Flush()
    {
        begins = !continues;
        return Convert([], flush: true);
    }

    private string Convert(ReadOnlySpan<byte> bytes, bool flush)
    {
        text.ResetWrittenCount();
        utf8.Convert(bytes, text, flush, out _, out _);
        return text.WrittenCount == 0 ? "" : text.WrittenSpan.ToString();
    }
}
