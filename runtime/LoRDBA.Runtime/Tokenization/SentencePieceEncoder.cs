using System.Buffers;
using System.Runtime.InteropServices;
using LoRDBA.Runtime.Gguf;

namespace LoRDBA.Runtime.Tokenization;

/// <summary>
/// The merging of SentencePiece (Kudo and Richardson 2018, its BPE model). A text starts as one token per character. As long as two
/// neighbours together are a token, the pair of the highest score is merged, the leftmost of equals first. A character without a token
/// becomes the tokens of its bytes, or the unknown token if they have none. There is no pre-tokenizer: the space with which tokens begin
/// keeps words apart.
/// </summary>
internal sealed class SentencePieceEncoder : ITextEncoder
{
    private readonly int prefixLength;
    private readonly TokenIndex index;
    private readonly int[] idOfByte;
    private readonly uint[] orders;
    private readonly int? unknown;

    /// <summary>Reads what encoding needs from a model.</summary>
    /// <inheritdoc cref="TokenScores.Read" path="/exception"/>
    public SentencePieceEncoder(GgufMetadata metadata, Vocabulary vocabulary)
    {
        prefixLength = vocabulary.AddSpacePrefix ? 1 : 0;
        index = new TokenIndex(vocabulary);
        idOfByte = index.FindBytes();
        unknown = vocabulary.UnknownId;
        orders = [.. TokenScores.Read(metadata, vocabulary.Count).Select(Order)];
    }

    /// <inheritdoc/>
    public bool TryEncode(ReadOnlySpan<byte> text, MergeList work, List<int> ids, out int lacking)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(text.Length + 1);
        buffer[0] = (byte)' ';
        var spaced = buffer.AsSpan(0, prefixLength + SpaceMark.Undo(text, buffer.AsSpan(prefixLength)));

        // A token's place is where it begins in the text.
        work.Reset(spaced.Length);
        for (var place = 0; place < spaced.Length;)
        {
            CharacterClasses.First(spaced[place..], out var length);
            work.Add(place, index.TryFindText(spaced.Slice(place, length), out var id) ? id : TokenIndex.None);
            place += length;
        }
        work.Merge(new Scores(spaced, index, orders));

        lacking = -1;
        for (var place = work.First; place != MergeList.Nowhere && lacking < 0; place = work.Next[place])
        {
            if (work.Id[place] != TokenIndex.None) ids.Add(work.Id[place]);
            // A vocabulary without a space has none to put before a text; what the text itself has must not get lost.
            else if (place >= prefixLength && !TryAddBytes(Between(spaced, place, work.Next[place]), ids)) lacking = PlaceInText(text, place);
        }
        ArrayPool<byte>.Shared.Return(buffer);
        return lacking < 0;
    }

    /// <summary>A character is the tokens of all of its bytes, or none of them.</summary>
    private bool TryAddBytes(ReadOnlySpan<byte> character, List<int> ids)
    {
        var first = ids.Count;
        foreach (var value in character) ids.Add(idOfByte[value]);
        if (!CollectionsMarshal.AsSpan(ids)[first..].Contains(TokenIndex.None)) return true;
        ids.RemoveRange(first, character.Length);
        if (unknown is { } id) ids.Add(id);
        return unknown is not null;
    }

    /// <summary>Where in a text the character is that has this place once spaces are put in.</summary>
    private int PlaceInText(ReadOnlySpan<byte> text, int place)
    {
        var at = 0;
        for (var spaced = prefixLength; spaced < place && at < text.Length; spaced++) at += SpaceMark.IsAt(text[at..]) ? SpaceMark.Length : 1;
        return at;
    }

    private static ReadOnlySpan<byte> Between(ReadOnlySpan<byte> text, int start, int end) => end == MergeList.Nowhere ? text[start..] : text[start..end];

    /// <summary>
    /// A number that falls as the score rises. The bits of positive floats are in their order, the bits of negative ones in
    /// the reverse, and all with their sign bit above: turned over as below, the order is that of the numbers from the top.
    /// </summary>
    private static uint Order(float score)
    {
        // Adding 0 makes -0 the same as 0.
        var bits = BitConverter.SingleToUInt32Bits(score + 0f);
        return score < 0 ? bits : ~(bits | 0x80000000);
    }

    private readonly ref struct Scores(ReadOnlySpan<byte> text, TokenIndex index, uint[] orders) : IMergeRule
    {
        private readonly ReadOnlySpan<byte> text = text;

        public uint Order(MergeList list, int left, int right, out int merged) =>
            index.TryFindText(Between(text, left, list.Next[right]), out merged) ? orders[merged] : MergeList.None;
    }
}
