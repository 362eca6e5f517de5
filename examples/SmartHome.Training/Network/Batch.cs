namespace LoRDBA.Examples.SmartHome.Training.Network;

/// <summary>Sequences of different lengths laid end to end, N tokens in all, so that nothing is padded: the products see one
/// [N, n] matrix, only attention and positions look at where sequences begin.</summary>
internal sealed class Batch
{
    private readonly List<int> allTokens = [];
    private readonly List<int> positions = [];
    private readonly List<int> starts = [];
    private readonly List<int> lossRows = [];
    private readonly List<int> targets = [];
    private readonly List<float> lossWeights = [];

    public IReadOnlyList<int> Tokens => allTokens;

    public IReadOnlyList<int> Positions => positions;

    public int SequenceCount => starts.Count;

    /// <summary>Rows whose next token counts, that token, and how much it counts.</summary>
    public IReadOnlyList<int> LossRows => lossRows;

    public IReadOnlyList<int> Targets => targets;

    public IReadOnlyList<float> Weights => lossWeights;

    /// <summary>The rows [start, end) of one sequence.</summary>
    public (int Start, int End) Sequence(int index) =>
        (starts[index], index + 1 < starts.Count ? starts[index + 1] : allTokens.Count);

    /// <summary>Adds one sequence; <paramref name="weights"/>[t] is what predicting token t counts (0 = not at all).</summary>
    public void Add(ReadOnlySpan<int> tokens, ReadOnlySpan<float> weights)
    {
        var start = allTokens.Count;
        starts.Add(start);
        for (var t = 0; t < tokens.Length; t++)
        {
            allTokens.Add(tokens[t]);
            positions.Add(t);
            if (t == 0 || weights[t] == 0)
                continue;
            lossRows.Add(start + t - 1);
            targets.Add(tokens[t]);
            lossWeights.Add(weights[t]);
        }
    }
}
