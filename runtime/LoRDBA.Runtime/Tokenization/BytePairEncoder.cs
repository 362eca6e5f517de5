using LoRDBA.Runtime.Gguf;

namespace LoRDBA.Runtime.Tokenization;

/// <summary>
/// Byte-pair encoding (Sennrich et al. 2016) over the bytes of each piece that the model's pre-tokenizer cuts: a piece starts
/// as one token per byte. As long as two neighbours can merge, the pair of the lowest rank does, the leftmost of equals first. A byte
/// without a token is left out, as in the programs that train such vocabularies: SmolLM2 lacks six control characters and the first
/// bytes of U+40000 to U+BFFFF.
/// </summary>
internal sealed class BytePairEncoder : ITextEncoder
{
    private readonly PreTokenizer preTokenizer;
    private readonly MergeTable merges;
    private readonly int[] idOfByte;
    private readonly TokenIndex? wholes;

    /// <summary>Reads what encoding needs from a model.</summary>
    /// <exception cref="TokenizerException">The pre-tokenizer is not known, or a merge is damaged.</exception>
    /// <exception cref="GgufException">A key is absent or of a wrong type.</exception>
    public BytePairEncoder(GgufMetadata metadata, Vocabulary vocabulary)
    {
        preTokenizer = PreTokenizer.Of(metadata);
        var index = new TokenIndex(vocabulary);
        merges = new MergeTable(metadata, index);
        idOfByte = index.FindBytes();
        if (preTokenizer.WholeFirst) wholes = index;
    }

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<byte> text, MergeList work, List<int> ids)
    {
        var ends = new List<int>();
        preTokenizer.Split(text, 0, ends);
        var start = 0;
        foreach (var end in ends)
        {
            EncodePiece(text[start..end], work, ids);
            start = end;
        }
    }

    private void EncodePiece(ReadOnlySpan<byte> piece, MergeList work, List<int> ids)
    {
        if (wholes is not null && wholes.TryFindText(piece, out var whole))
        {
            ids.Add(whole);
            return;
        }
        work.Reset(piece.Length);
        var count = 0;
        foreach (var value in piece)
            if (idOfByte[value] != TokenIndex.None) work.Add(count++, idOfByte[value]);
        work.Merge(new Ranks(merges));
        for (var place = work.First; place != MergeList.Nowhere; place = work.Next[place]) ids.Add(work.Id[place]);
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
