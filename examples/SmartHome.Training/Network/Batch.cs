using System.Runtime.InteropServices;

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

    public ReadOnlySpan<int> Tokens => CollectionsMarshal.AsSpan(allTokens);

    public ReadOnlySpan<int> Positions => CollectionsMarshal.AsSpan(positions);

    public int SequenceCount => starts.Count;

    /// <summary>Rows whose next token counts, that token, and how much it counts.</summary>
    public ReadOnlySpan<int> LossRows => CollectionsMarshal.AsSpan(lossRows);

    public ReadOnlySpan<int> Targets => CollectionsMarshal.AsSpan(targets);

    public ReadOnlySpan<float> Weights => CollectionsMarshal.AsSpan(lossWeights);

    public float TotalWeight => lossWeights.Sum();

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
