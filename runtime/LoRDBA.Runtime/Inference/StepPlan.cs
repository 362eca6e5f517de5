using LoRDBA.Runtime.Adapters.Binding;
using LoRDBA.Runtime.Kernels.Attention;

namespace LoRDBA.Runtime.Inference;

/// <summary>
/// A batch as the forward pass takes it: tokens in an order in which those of one adapter lie together, and who attends to whom. Its
/// arrays are
/// made once, for the longest batch.
/// </summary>
internal sealed class StepPlan
{
    /// <summary>The tokens of one sequence: they attend to its cache and to one another.</summary>
    internal readonly record struct Part(KeyValueCache Cache, int First, int Count, int Position);

    private readonly Part[] parts;
    private readonly bool[] taken;

    public StepPlan(int batchLength, int logitRows, AdapterScratch scratch)
    {
        (Ids, Positions, Contexts, LogitTokens) = (new int[batchLength], new int[batchLength], new int[batchLength], new int[logitRows]);
        (parts, taken) = (new Part[batchLength], new bool[batchLength]);
        (Layers, Head) = (new AdapterPass(scratch, batchLength), new AdapterPass(scratch, logitRows));
    }

    /// <summary>The tokens' ids, [tokens].</summary>
    public int[] Ids { get; }

    /// <summary>The tokens' positions in their sequences, [tokens].</summary>
    public int[] Positions { get; }

    /// <summary>The context lengths of the tokens' sequences, [tokens].</summary>
    public int[] Contexts { get; }

    /// <summary>Tokens that go through the layers; 0 for the head alone.</summary>
    public int Tokens { get; private set; }

    /// <summary>At most <see cref="CausalAttention.MaxTokens"/> tokens of one sequence each.</summary>
    public ReadOnlySpan<Part> Parts => parts.AsSpan(0, PartCount);

    public int PartCount { get; private set; }

    /// <summary>Whether a sequence has more than one part, so that one part's queries need another one's keys.</summary>
    public bool HasLongSegment { get; private set; }

    /// <summary>Which token each row of the logits belongs to, [logit rows].</summary>
    public int[] LogitTokens { get; }

    public int LogitRows { get; private set; }

    /// <summary>Which adapter acts on which tokens.</summary>
    public AdapterPass Layers { get; }

    /// <summary>Which adapter acts on which logits.</summary>
    public AdapterPass Head { get; }

    /// <summary>Takes over a batch.</summary>
    public void Set(Batch batch)
    {
        Clear();
        var done = taken.AsSpan(0, batch.Count);
        done.Clear();
        for (var i = 0; i < batch.Count; i++)
        {
            if (done[i]) continue;
            for (var j = i; j < batch.Count; j++)
            {
                if (done[j] || !batch[j].Sequence.ActsAs(batch[i].Sequence)) continue;
                Append(batch, ref batch[j]);
                done[j] = true;
            }
        }
    }

    /// <summary>Only the head, for tokens of the batch that was last taken over: all of one sequence.</summary>
    public void SetHead(Sequence sequence, int first, int count)
    {
        (Tokens, PartCount, LogitRows) = (0, 0, 0);
        Head.Clear();
        Head.Add(sequence, 0, count);
        while (LogitRows < count) LogitTokens[LogitRows++] = first++;
    }

    /// <summary>Lets go of the sequences.</summary>
    public void Clear()
    {
        parts.AsSpan(0, PartCount).Clear();
        (Tokens, PartCount, LogitRows, HasLongSegment) = (0, 0, 0, false);
        Layers.Clear();
        Head.Clear();
    }

    private void Append(Batch batch, ref Batch.Segment segment)
    {
        var (first, position) = (Tokens, segment.Sequence.Position);
        batch.TokensOf(segment).CopyTo(Ids.AsSpan(first));
        for (var i = 0; i < segment.Count; i++) Positions[first + i] = position + i;
        Contexts.AsSpan(first, segment.Count).Fill(segment.Sequence.ContextLength);
        Tokens += segment.Count;
        for (var i = 0; i < segment.Count; i += CausalAttention.MaxTokens)
            parts[PartCount++] = new Part(segment.Sequence.Cache, first + i, Math.Min(CausalAttention.MaxTokens, segment.Count - i), position + i);
        HasLongSegment |= segment.Count > CausalAttention.MaxTokens;

        segment.FirstLogit = LogitRows;
        Layers.Add(segment.Sequence, first, segment.Count);
        Head.Add(segment.Sequence, LogitRows, segment.LogitRows);
        for (var i = segment.Count - segment.LogitRows; i < segment.Count; i++) LogitTokens[LogitRows++] = first + i;
    }
}
