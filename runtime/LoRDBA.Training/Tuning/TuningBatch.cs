namespace LoRDBA.Training.Tuning;

/// <summary>
/// Samples laid end to end without padding. Products see one matrix of all tokens; attention and positions alone look at where samples begin.
/// Its arrays are made once, so that filling it again allocates nothing.
/// </summary>
/// <param name="capacity">The most tokens.</param>
internal sealed class TuningBatch(int capacity)
{
    private readonly int[] tokens = new int[capacity], positions = new int[capacity], starts = new int[capacity + 1];
    private readonly int[] lossRows = new int[capacity], targets = new int[capacity];

    /// <summary>The most tokens.</summary>
    public int Capacity => capacity;

    /// <summary>Tokens of all samples.</summary>
    public int Tokens { get; private set; }

    /// <summary>How many samples there are.</summary>
    public int Samples { get; private set; }

    /// <summary>Rows whose next token counts.</summary>
    public int LossTokens { get; private set; }

    public int TokenAt(int row) => tokens[row];

    public int PositionAt(int row) => positions[row];

    /// <summary>The i-th row whose next token counts.</summary>
    public int LossRow(int i) => lossRows[i];

    /// <summary>The token that comes after it.</summary>
    public int Target(int i) => targets[i];

    /// <summary>The rows [Start, End) of a sample.</summary>
    public (int Start, int End) Sample(int index) => (starts[index], starts[index + 1]);

    public void Clear() => (Tokens, Samples, LossTokens) = (0, 0, 0);

    /// <summary>Whether a sample still fits.</summary>
    public bool HasRoomFor(TuningSample sample) => Tokens + sample.Length <= capacity;

    /// <summary>Adds a sample that fits.</summary>
    public void Add(TuningSample sample)
    {
        var (prompt, length) = (sample.Prompt.Length, sample.Length);
        for (var t = 0; t < length; t++)
        {
            tokens[Tokens] = t < prompt ? sample.Prompt[t] : sample.Completion[t - prompt];
            positions[Tokens] = t;
            if (t >= prompt - 1)
            {
                lossRows[LossTokens] = Tokens;
                targets[LossTokens++] = sample.Completion[t - prompt + 1];
            }
            Tokens++;
        }
        starts[++Samples] = Tokens;
    }
}
