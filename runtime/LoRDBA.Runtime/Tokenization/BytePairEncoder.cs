using LoRDBA.Runtime.Gguf;

namespace LoRDBA.Runtime.Tokenization;

/// <summary>
/// Byte-pair encoding (Sennrich et al. 2016) over bytes: a piece starts as one token a byte, and as long as two neighbours
/// can merge, the pair of the lowest rank does, the leftmost of equals first. A byte without a token is left out, as in the
/// programs that such vocabularies are trained with: SmolLM2 lacks six control characters and what begins U+40000 to U+BFFFF.
/// Immutable; what a call needs is in a <see cref="Workspace"/>.
/// </summary>
internal sealed class BytePairEncoder
{
    private const int NoToken = -1;
    private const int Nobody = -1;

    private readonly int[] idOfByte = new int[0x100];
    private readonly MergeTable merges;
    private readonly TokenIndex? wholes;

    /// <summary>Reads what encoding needs from a model.</summary>
    /// <param name="metadata">The model's.</param>
    /// <param name="vocabulary">The model's.</param>
    /// <param name="wholeFirst">Whether a piece that is a token is that token, even if the merges would not make it.</param>
    /// <inheritdoc cref="MergeTable(GgufMetadata, TokenIndex)" path="/exception"/>
    public BytePairEncoder(GgufMetadata metadata, Vocabulary vocabulary, bool wholeFirst)
    {
        var index = new TokenIndex(vocabulary);
        if (wholeFirst) wholes = index;
        merges = new MergeTable(metadata, index);
        for (var value = 0; value < idOfByte.Length; value++)
            idOfByte[value] = index.TryFind([(byte)value], out var id) ? id : NoToken;
    }

    /// <summary>Appends the tokens of one piece. Time is O(n log n) in its length.</summary>
    public void Encode(ReadOnlySpan<byte> piece, Workspace work, List<int> ids)
    {
        if (wholes is not null && wholes.TryFindText(piece, out var whole))
        {
            ids.Add(whole);
            return;
        }
        work.Reserve(piece.Length);
        var length = 0;
        foreach (var value in piece)
            if (idOfByte[value] != NoToken) work.Id[length++] = idOfByte[value];
        if (length == 0) return;

        work.Link(length);
        for (var i = 0; i < length - 1; i++) Propose(work, i);

        while (work.Queue.TryDequeue(out var left, out var priority))
        {
            // A proposal is stale if its pair has meanwhile become another or gone.
            var rank = (int)(priority >> 32);
            if (work.Rank[left] != rank) continue;

            work.Id[left] = merges.Merged(rank);
            work.RemoveAfter(left);
            Propose(work, left);
            if (work.Previous[left] != Nobody) Propose(work, work.Previous[left]);
        }

        for (var i = 0; i != Nobody; i = work.Next[i]) ids.Add(work.Id[i]);
    }

    /// <summary>Queues the merge of the token at <paramref name="left"/> with the one behind it, if there is such a merge.</summary>
    private void Propose(Workspace work, int left)
    {
        var right = work.Next[left];
        var rank = right == Nobody ? MergeTable.None : merges.Rank(work.Id[left], work.Id[right]);
        work.Rank[left] = rank;
        if (rank != MergeTable.None) work.Queue.Enqueue(left, (ulong)rank << 32 | (uint)left);
    }

    /// <summary>
    /// A piece's tokens as a doubly linked list in arrays, where a merged token keeps the place of its left half, and the proposed merges.
    /// One serves all pieces of a text; it is not thread-safe.
    /// </summary>
    internal sealed class Workspace
    {
        /// <summary>The token.</summary>
        public int[] Id = new int[32];
        /// <summary>The rank of its merge with the next token; <see cref="MergeTable.None"/> if there is no such merge or the token is gone.</summary>
        public int[] Rank = new int[32];
        /// <summary>Place of the next token.</summary>
        public int[] Next = new int[32];
        /// <summary>Place of the token before.</summary>
        public int[] Previous = new int[32];
        /// <summary>Left ends of proposed merges; priority: rank in the upper, position in the lower 32 bits.</summary>
        public readonly PriorityQueue<int, ulong> Queue = new();

        /// <summary>Makes room for a piece.</summary>
        public void Reserve(int length)
        {
            if (length > Id.Length) (Id, Rank, Next, Previous) = (new int[length], new int[length], new int[length], new int[length]);
        }

        /// <summary>Makes a list of the first <paramref name="length"/> tokens; none of them is to be merged yet.</summary>
        public void Link(int length)
        {
            for (var i = 0; i < length; i++) (Rank[i], Next[i], Previous[i]) = (MergeTable.None, i + 1, i - 1);
            Next[length - 1] = Nobody;
        }

        /// <summary>Unlinks the token behind the one at <paramref name="left"/>.</summary>
        public void RemoveAfter(int left)
        {
            var gone = Next[left];
            Rank[gone] = MergeTable.None;
            Next[left] = Next[gone];
            if (Next[gone] != Nobody) Previous[Next[gone]] = left;
        }
    }
}
