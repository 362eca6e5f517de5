using System.Text;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Tokenization;

namespace LoRDBA.Fuzz.Targets;

/// <summary>A text, then the GGUF file with the vocabulary that encodes it.</summary>
internal sealed unsafe class TokenizerTarget : Target
{
    /// <inheritdoc/>
    public override string Name => "tokenizer";

    /// <inheritdoc/>
    protected override void Read(ReadOnlySpan<byte> input)
    {
        var (text, vocabulary) = Split(input);
        using var file = GgufFile.FromMemory(Guard(vocabulary), vocabulary.Length, "fuzz.gguf");
        var tokenizer = Tokenizer.FromGguf(file);

        // Not always well-formed: a lone surrogate in UTF-16 has no bytes of UTF-8, so the text is taken as UTF-16 too.
        foreach (var chars in new[] { Encoding.UTF8.GetString(text), Encoding.Unicode.GetString(text) })
        {
            foreach (var ids in new[] { tokenizer.EncodePrompt(chars), tokenizer.Encode(chars, parseSpecial: false) }) Check(tokenizer, ids);
        }
    }

    private static void Check(Tokenizer tokenizer, int[] ids)
    {
        foreach (var showSpecial in new[] { true, false })
        {
            var stream = new StreamingDecoder(tokenizer, showSpecial);
            var streamed = string.Concat(ids.Select(stream.Append)) + stream.Flush();
            if (streamed != tokenizer.Decode(ids, showSpecial)) throw new InvalidOperationException("a stream decodes to another text than the whole");
        }
    }
}
