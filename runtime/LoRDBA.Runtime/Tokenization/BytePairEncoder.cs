using LoRDBA.Runtime.Gguf;

namespace LoRDBA.Runtime.Tokenization;

/// <summary>
/// Byte-pair encoding (Sennrich et al. 2016) over the bytes of each piece that the model's pre-tokenizer cuts: a piece starts
/// as one token per byte. As long as two neighbours can merge, the pair of the lowest rank does, the leftmost of equals first. Some
/// vocabularies lack bytes: SmolLM2 six control characters and the first bytes of U+40000 to U+BFFFF.
/// </summary>
internal sealed class BytePairEncoder : ITextEncoder
{
    private readonly PreTokenizer preTokenizer;
    private readonly MergeTable merges;
    private readonly int[] idOfByte;
    private readonly TokenIndex? wholes;
    private readonly int? unknown;

    /// <summary>Reads what encoding needs from a model; <paramref name="notices"/> receives what had to be guessed.</summary>
    /// <exception cref="TokenizerException">The pre-tokenizer is not known, or a merge is damaged.</exception>
    /// <exception cref="GgufException">A key is absent or of a wrong type.</exception>
    public BytePairEncoder(GgufMetadata metadata, Vocabulary vocabulary, List<string> notices)
    {
        preTokenizer = PreTokenizer.Of(metadata);
        if (!PreTokenizer.IsNamedIn(metadata)) notices.Add($"The file names no pre-tokenizer ({PreTokenizer.Key}). The rule \"default\" is taken; another one may be right.");
        var index = new TokenIndex(vocabulary);
        merges = new MergeTable(metadata, index, notices);
        unknown = vocabulary.UnknownId;
        idOfByte = index.FindBytes();
        if (preTokenizer.WholeFirst) wholes = index;
    }

    /// <inheritdoc/>
    public bool TryEncode(ReadOnlySpan<byte> text, MergeList work, List<int> ids, out int lacking)
    {
        var ends = new List<int>();
        preTokenizer.Split(text, 0, ends);
        var start = lacking = 0;
        foreach (var end in ends)
        {
            if (!TryEncodePiece(text[start..end], work, ids, out var inPiece))
            {
                lacking = start + inPiece;
                return false;
            }
            start = end;
        }
        return true;
    }

    private bool TryEncodePiece(ReadOnlySpan<byte> piece, MergeList work, List<int> ids, out int lacking)
    {
        lacking = -1;
        if (wholes is not null && wholes.TryFindText(piece, out var whole))
        {
            ids.Add(whole);
            return true;
        }
        work.Reset(piece.Length);
        for (var place = 0; place < piece.Length; place++)
        {
            if (idOfByte[piece[place]] != TokenIndex.None) work.Add(place, idOfByte[piece[place]]);
            else if (unknown is { } id) work.Add(place, id);
            else if (lacking < 0) lacking = place;
        }
        if (lacking >= 0) return false;
        work.Merge(new Ranks(merges));
        for (var place = work.First; place != MergeList.Nowhere; place = work.Next[place]) ids.Add(work.Id[place]);
        return true;
    }

    private readonly struct Ranks(MergeTable merges) : IMergeRule
    {
        public uint Order(MergeList list, int left, int right, out int merged)
        {
            var rank = merges.Rank(list.Id[left], list.Id[right]);
            merged = rank == MergeTable.None ? TokenIndex.None : merges.Merged(rank);
            return rank == MergeTable.None ? MergeList.None : (uint)rank;
        }
    }
}
