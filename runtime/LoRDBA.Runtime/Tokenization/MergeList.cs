namespace LoRDBA.Runtime.Tokenization;

/// <summary>What neighbours become: the way in which the two kinds of vocabularies differ while tokens are merged.</summary>
internal interface IMergeRule
{
    /// <summary>
    /// The order of the merge of two neighbours: the lowest goes first, of equals the leftmost. <see cref="MergeList.None"/> if
    /// they do not merge.
    /// </summary>
    /// <param name="list">Holds them.</param>
    /// <param name="left">Place of the left one.</param>
    /// <param name="right">Place of the right one.</param>
    /// <param name="merged">The token that both become.</param>
    uint Order(MergeList list, int left, int right, out int merged);
}

/// <summary>
/// The tokens of a piece of text while they are merged: a doubly linked list in arrays. Every token has a place; places rise from left to
/// right, and a merged token keeps the place of its left half. One list serves all pieces of a text. Not thread-safe.
/// </summary>
internal sealed class MergeList
{
    /// <summary>The order of what does not merge.</summary>
    public const uint None = uint.MaxValue;

    /// <summary>The place before the first token and behind the last.</summary>
    public const int Nowhere = -1;

    private readonly PriorityQueue<int, ulong> queue = new();
    private uint[] order = new uint[32];
    private int[] merged = new int[32];
    private int[] previous = new int[32];
    private int last = Nowhere;

    /// <summary>The tokens, by place.</summary>
    public int[] Id { get; private set; } = new int[32];

    /// <summary>Places of the next tokens, by place.</summary>
    public int[] Next { get; private set; } = new int[32];

    /// <summary>Place of the first token.</summary>
    public int First => last == Nowhere ? Nowhere : 0;

    /// <summary>Begins a piece with places from 0 to <paramref name="capacity"/>, exclusive.</summary>
    public void Reset(int capacity)
    {
        last = Nowhere;
        if (capacity <= Id.Length) return;
        (Id, Next, previous) = (new int[capacity], new int[capacity], new int[capacity]);
        (order, merged) = (new uint[capacity], new int[capacity]);
    }

    /// <summary>Appends a token. The first one's place is 0.</summary>
    public void Add(int place, int id)
    {
        (Id[place], Next[place], previous[place]) = (id, Nowhere, last);
        if (last != Nowhere) Next[last] = place;
        last = place;
    }

    /// <summary>Merges as long as two neighbours do. Time is O(n log n).</summary>
    public void Merge<TRule>(TRule rule) where TRule : IMergeRule, allows ref struct
    {
        for (var place = First; place != Nowhere; place = Next[place]) Propose(place, rule);

        while (queue.TryDequeue(out var left, out var priority))
        {
            // A proposal is stale if its pair has meanwhile become another or gone.
            if (order[left] != (uint)(priority >> 32)) continue;

            Id[left] = merged[left];
            RemoveAfter(left);
            Propose(left, rule);
            if (previous[left] != Nowhere) Propose(previous[left], rule);
        }
    }

    /// <summary>Queues the merge of a token with the one behind it; order in the upper, place in the lower 32 bits.</summary>
    private void Propose<TRule>(int left, TRule rule) where TRule : IMergeRule, allows ref struct
    {
        order[left] = None;
        if (Next[left] == Nowhere) return;
        order[left] = rule.Order(this, left, Next[left], out merged[left]);
        if (order[left] != None) queue.Enqueue(left, (ulong)order[left] << 32 | (uint)left);
    }

    private void RemoveAfter(int left)
    {
        var gone = Next[left];
        order[gone] = None;
        Next[left] = Next[gone];
        if (Next[gone] != Nowhere) previous[Next[gone]] = left;
    }
}
