namespace LoRDBA.Runtime.Inference;

/// <summary>Which tokens of a segment give logits.</summary>
public enum LogitSelection
{
    /// <summary>None: a prompt that goes on in the next step.</summary>
    None,

    /// <summary>The last one.</summary>
    Last,

    /// <summary>Every one.</summary>
    All,
}

/// <summary>
/// The tokens of one step, taken together: segments of one or several sequences, prefill and decode mixed. It is filled, stepped, read,
/// cleared
/// and filled again; nothing is allocated by that.
/// </summary>
/// <remarks>
/// <code>
/// segment   | 0: sequence a, 40 tokens, none | 1: sequence b, 1 token, last | 2: sequence c, 3 tokens, all |
/// logits    |                                | row 0                        | rows 0, 1, 2                 |
/// </code>
/// </remarks>
public sealed class Batch
{
    private readonly Engine engine;
    private readonly int[] tokens;
    private readonly Segment[] segments;
    private int ran = -1;

    internal Batch(Engine engine)
    {
        this.engine = engine;
        (tokens, segments) = (new int[engine.BatchLength], new Segment[engine.BatchLength]);
    }

    /// <summary>Segments in it.</summary>
    public int Count { get; private set; }

    /// <summary>Tokens in it; at most the engine's <see cref="Engine.BatchLength"/>.</summary>
    public int Tokens { get; private set; }

    /// <summary>Logits that it asks for; at most the engine's <see cref="Engine.LogitRows"/>.</summary>
    public int LogitRows { get; private set; }

    /// <summary>Tokens that still fit.</summary>
    public int Room => tokens.Length - Tokens;

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        segments.AsSpan(0, Count).Clear();
        (Count, Tokens, LogitRows, ran) = (0, 0, 0, -1);
    }

    /// <summary>Adds tokens that the step appends to a sequence.</summary>
    /// <param name="sequence">One of the engine's sequences that is not in the batch yet.</param>
    /// <param name="ids">[n], n at least 1, each below n_vocab.</param>
    /// <param name="logits">After which of them logits are wanted.</param>
    /// <returns>The segment's number, for <see cref="Logits"/>.</returns>
    /// <exception cref="EngineException">The sequence is another engine's or in the batch already, there is no token or one is not in the
    /// vocabulary, or tokens or logits do not fit; the batch is as it was.</exception>
    /// <exception cref="ContextFullException">The sequence has no room for them; the batch is as it was.</exception>
    /// <exception cref="ObjectDisposedException">The sequence is disposed.</exception>
    public int Add(Sequence sequence, scoped ReadOnlySpan<int> ids, LogitSelection logits = LogitSelection.Last)
    {
        if (sequence.Engine != engine) throw new EngineException(EngineError.WrongEngine, "The sequence belongs to another engine than the batch: make both with the same one.");
        for (var i = 0; i < Count; i++)
            if (segments[i].Sequence == sequence) throw new EngineException(EngineError.SequenceTwice, "The sequence is in the batch already: give all of its tokens as one segment.");
        sequence.Admit(ids);
        if (ids.Length > Room) throw new EngineException(EngineError.BatchFull, $"The batch holds {tokens.Length} tokens, {Tokens} are used and {ids.Length} more were given: create the engine with a larger BatchLength, or step first.");
        var rows = logits switch { LogitSelection.None => 0, LogitSelection.Last => 1, _ => ids.Length };
        if (LogitRows + rows > engine.LogitRows)
            throw new EngineException(EngineError.BatchFull, $"The engine gives {engine.LogitRows} logits per step; the batch asks for {LogitRows + rows}: create the engine with larger LogitRows.");

        ids.CopyTo(tokens.AsSpan(Tokens));
        segments[Count] = new Segment { Sequence = sequence, FirstToken = Tokens, Count = ids.Length, LogitRows = rows };
        (Tokens, LogitRows, ran) = (Tokens + ids.Length, LogitRows + rows, -1);
        return Count++;
    }

    /// <summary>What the step gave; valid until the engine's next step.</summary>
    /// <param name="segment">Its number.</param>
    /// <param name="row">Which of its logits, counted from 0.</param>
    /// <returns>[n_vocab]</returns>
    /// <exception cref="EngineException">The batch was not the engine's last step, or the segment has no such logits.</exception>
    public ReadOnlySpan<float> Logits(int segment, int row = 0)
    {
        if (ran != engine.Steps) throw new EngineException(EngineError.NoLogits, "The batch was not the engine's last step: its logits are gone.");
        if ((uint)segment >= (uint)Count || (uint)row >= (uint)segments[segment].LogitRows)
            throw new EngineException(EngineError.NoLogits, $"Segment {segment} has no logits {row}: ask for them when the tokens are added.");
        return engine.LogitRow(segments[segment].FirstLogit + row);
    }

    internal ref Segment this[int segment] => ref segments[segment];

    internal ReadOnlySpan<int> TokensOf(in Segment segment) => tokens.AsSpan(segment.FirstToken, segment.Count);

    /// <summary>Its logits are those of the engine's step of this number.</summary>
    internal void MarkRun(int step) => ran = step;

    /// <summary>The tokens of one sequence.</summary>
    internal struct Segment
    {
        public Sequence Sequence;

        /// <summary>Where its tokens begin among the batch's.</summary>
        public int FirstToken;

        public int Count;

        /// <summary>How many of its tokens, the last ones, give logits.</summary>
        public int LogitRows;

        /// <summary>Where its logits begin among the step's; known once it has run.</summary>
        public int FirstLogit;
    }
}
