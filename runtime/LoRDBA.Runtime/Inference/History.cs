using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Inference;

/// <summary>What acts on a token.</summary>
/// <param name="Digest">The adapter's; zeros for the base alone.</param>
/// <param name="Weight">Its weight; 0 for the base alone.</param>
internal readonly record struct Actor(Sha256Digest Digest, float Weight)
{
    public static Actor Of(AdapterUse? use) => use is { } acting ? new Actor(acting.Adapter.Digest, acting.Weight) : default;
}

/// <summary>Which tokens a context holds, and what acted on each when its keys and values were computed.</summary>
internal sealed unsafe class History
{
    private readonly int* tokens, acted;
    private readonly int capacity;
    private readonly List<Actor> actors = [];

    /// <summary>An empty one, with room for a context.</summary>
    public History(Arena arena, int contextLength)
    {
        capacity = contextLength;
        tokens = arena.Reserve<int>(contextLength);
        acted = arena.Reserve<int>(contextLength);
    }

    /// <summary>Tokens in the context.</summary>
    public int Count { get; private set; }

    /// <summary>Their ids, [count].</summary>
    public ReadOnlySpan<int> Tokens => new(tokens, Count);

    /// <summary>Which of <see cref="Actors"/> acted on each, [count].</summary>
    public ReadOnlySpan<int> Acted => new(acted, Count);

    /// <summary>All that acted.</summary>
    public IReadOnlyList<Actor> Actors => actors;

    /// <summary>Adds tokens on which <paramref name="use"/> acted. Allocates only for an adapter or weight that is new to the
    /// context.</summary>
    public void Append(ReadOnlySpan<int> ids, AdapterUse? use)
    {
        var actor = NumberOf(Actor.Of(use));
        ids.CopyTo(new Span<int>(tokens + Count, capacity - Count));
        new Span<int>(acted + Count, ids.Length).Fill(actor);
        Count += ids.Length;
    }

    /// <summary>Forgets the tokens from a position on.</summary>
    public void Rewind(int position) => Count = position;

    /// <summary>The first <paramref name="length"/> tokens of another context.</summary>
    public void CopyFrom(History other, int length) => Set(other.Tokens[..length], other.Acted[..length], other.actors);

    /// <summary>Replaces everything.</summary>
    public void Set(ReadOnlySpan<int> ids, ReadOnlySpan<int> actedOn, IEnumerable<Actor> all)
    {
        actors.Clear();
        actors.AddRange(all);
        ids.CopyTo(new Span<int>(tokens, capacity));
        actedOn.CopyTo(new Span<int>(acted, capacity));
        Count = ids.Length;
    }

    private int NumberOf(Actor actor)
    {
        // From the back: what acted on the last token mostly acts on the next one.
        for (var i = actors.Count - 1; i >= 0; i--)
            if (actors[i] == actor) return i;
        if (actors.Count > capacity) Forget();
        actors.Add(actor);
        return actors.Count - 1;
    }

    /// <summary>Drops what acted only on tokens that are forgotten: a weight that changes with every token would fill the list.</summary>
    private void Forget()
    {
        int[] used = [.. Acted.ToArray().Distinct()];
        Actor[] kept = [.. used.Select(number => actors[number])];
        for (var i = 0; i < Count; i++) acted[i] = Array.IndexOf(used, acted[i]);
        actors.Clear();
        actors.AddRange(kept);
    }
}
