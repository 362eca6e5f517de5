namespace LoRDBA.Runtime.Adapters.Peft;

/// <summary>
/// What all patterns of a file may cost together. It counts what is done, not time, so a file that is read once is read on any machine.
/// </summary>
internal sealed class PatternBudget
{
    private const int MaxInstructions = 200_000;
    private const long MaxSteps = 50_000_000;

    private int instructions = MaxInstructions;
    private long steps = MaxSteps;

    /// <summary>Takes room for one more instruction.</summary>
    /// <exception cref="PatternException">There is none.</exception>
    public void SpendInstruction()
    {
        if (--instructions < 0) throw new PatternException($"all patterns together take more than {MaxInstructions} instructions");
    }

    /// <summary>Takes steps of matching.</summary>
    /// <exception cref="PatternException">There are none left.</exception>
    public void Spend(int count)
    {
        steps -= count;
        if (steps < 0) throw new PatternException($"matching all patterns takes more than {MaxSteps} steps");
    }
}

/// <summary>A pattern is none, is none that is supported, or costs too much: the rest of a sentence about it.</summary>
internal sealed class PatternException(string message) : Exception(message);
