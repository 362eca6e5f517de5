namespace LoRDBA.Runtime.Generation;

/// <summary>
/// The tokens in descending order of their logits; of equal logits the lower id comes first. A heapsort runs only as far as a caller reads:
/// a cut usually keeps some tens of 10^5 tokens. At first the heap holds only tokens near the best. The others are collected when a caller
/// reads on.
/// <code>
/// ids  | heap of the rest, the best at 0 | ... third | second | best |      collected = heap + sorted
/// </code>
/// </summary>
/// <param name="nVocab">Number of tokens.</param>
internal sealed class Candidates(int nVocab)
{
    /// <summary>Largest distance of a near logit from the best. A token beyond is less than e^-10 times as probable as the best.</summary>
    private const float Near = 10;

    private readonly float[] logits = new float[nVocab];
    private readonly int[] ids = new int[nVocab];
    private int collected;
    private int heapLength;

    /// <summary>The logit of each token. After writing here, <see cref="Start"/>.</summary>
    public Span<float> Logits => logits;

    /// <summary>Forgets the order.</summary>
    /// <param name="best">The highest logit.</param>
    public void Start(float best) => Collect(best - Near);

    /// <summary>The token in place <paramref name="order"/>, the best being in place 0.</summary>
    public int this[int order]
    {
        get
        {
            if (order >= collected) Collect(float.NegativeInfinity);
            var place = collected - 1 - order;
            while (heapLength > place)
            {
                heapLength--;
                (ids[0], ids[heapLength]) = (ids[heapLength], ids[0]);
                SiftDown(0);
            }
            return ids[place];
        }
    }

    private void Collect(float least)
    {
        collected = 0;
        for (var id = 0; id < logits.Length; id++)
        {
            // Without a branch: every id is written, and only a near one is counted.
            ids[collected] = id;
            collected += logits[id] >= least ? 1 : 0;
        }
        heapLength = collected;
        for (var parent = heapLength / 2 - 1; parent >= 0; parent--) SiftDown(parent);
    }

    private void SiftDown(int parent)
    {
        var id = ids[parent];
        for (var child = 2 * parent + 1; child < heapLength; child = 2 * parent + 1)
        {
            if (child + 1 < heapLength && IsBetter(ids[child + 1], ids[child])) child++;
            if (!IsBetter(ids[child], id)) break;
            ids[parent] = ids[child];
            parent = child;
        }
        ids[parent] = id;
    }

    private bool IsBetter(int left, int right) => logits[left] > logits[right] || logits[left] == logits[right] && left < right;
}
