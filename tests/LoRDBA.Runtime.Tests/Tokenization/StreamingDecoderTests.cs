using System.Text;
using CsCheck;
using LoRDBA.Runtime.Tokenization;

namespace LoRDBA.Runtime.Tests.Tokenization;

public sealed class StreamingDecoderTests
{
    private readonly Tokenizer tokenizer;
    private readonly int[] byteTokens = new int[0x100];

    public StreamingDecoderTests()
    {
        tokenizer = RealTokenizers.Load(RealTokenizers.Gpt2);
        for (var id = 0; id < tokenizer.Vocabulary.Count; id++)
            if (tokenizer.Vocabulary.Bytes(id) is [var value]) byteTokens[value] = id;
    }

    /// <summary>Bytes that make and break UTF-8 characters: starts of 2, 3, 4 bytes, continuations, bytes that never occur.</summary>
    private static readonly Gen<byte[]> Bytes = Gen.OneOf(
        Gen.Byte,
        Gen.OneOf<byte>(0x41, 0x80, 0x9F, 0xA0, 0xBF, 0xC0, 0xC3, 0xE0, 0xE2, 0xED, 0xF0, 0xF4, 0xF5, 0xFF)).Array[0, 24];

    [Fact]
    public void Bytes_one_by_one_give_the_text_of_all_at_once() =>
        Bytes.Sample(bytes =>
        {
            var ids = bytes.Select(value => byteTokens[value]).ToArray();
            Assert.Equal(Encoding.UTF8.GetString(bytes), Stream(ids));
            Assert.Equal(Encoding.UTF8.GetString(bytes), tokenizer.Decode(ids));
        }, iter: 20_000);

    [Fact]
    public void Any_tokens_give_the_text_of_all_at_once()
    {
        // The gpt-2 vocabulary has hundreds of tokens that begin or end inside a character.
        int[] broken = [.. Enumerable.Range(0, tokenizer.Vocabulary.Count).Where(id => !System.Text.Unicode.Utf8.IsValid(tokenizer.Vocabulary.Bytes(id)))];
        Assert.True(broken.Length > 300);

        Gen.OneOf(Gen.Int[0, tokenizer.Vocabulary.Count - 1], Gen.OneOf(broken)).Array[0, 20]
            .Sample(ids => Assert.Equal(tokenizer.Decode(ids), Stream(ids)), iter: 20_000);
    }

    [Fact]
    public void Of_a_valid_text_every_piece_is_whole_characters() =>
        UnicodeText.Gen.Sample(text =>
        {
            var decoder = new StreamingDecoder(tokenizer);
            foreach (var id in tokenizer.Encode(text, parseSpecial: false))
            {
                var piece = decoder.Append(id);
                Assert.Equal(piece, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(piece)));
            }
            Assert.Equal("", decoder.Flush());
        }, iter: 3_000);

    [Fact]
    public void Holds_a_character_back_until_it_is_whole()
    {
        var decoder = new StreamingDecoder(tokenizer);

        Assert.Equal(["", "", "", "🦙", "", "\uFFFDA"], new byte[] { 0xF0, 0x9F, 0xA6, 0x99, 0xC3, 0x41 }.Select(value => decoder.Append(byteTokens[value])));
        Assert.Equal("", decoder.Append(byteTokens[0xE2]));
        Assert.Equal("\uFFFD", decoder.Flush());
        Assert.Equal("", decoder.Flush());
    }

    [Fact]
    public void A_hidden_mark_does_not_break_a_character()
    {
        const int endOfText = 50256;
        int[] ids = [byteTokens[0xC3], endOfText, byteTokens[0xA9]];

        Assert.Equal("é", Stream(ids));
        Assert.Equal("\uFFFD<|endoftext|>\uFFFD", Stream(ids, showSpecial: true));
    }

    private string Stream(int[] ids, bool showSpecial = false)
    {
        var decoder = new StreamingDecoder(tokenizer, showSpecial);
        return string.Concat(ids.Select(decoder.Append)) + decoder.Flush();
    }
}
