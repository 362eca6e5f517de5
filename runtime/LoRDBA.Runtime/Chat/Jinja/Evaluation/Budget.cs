namespace LoRDBA.Runtime.Chat.Jinja.Evaluation;

/// <summary>
/// What one rendering may use. A conversation of a few messages takes some hundred steps; these bounds are far from what an honest
/// template needs, and near enough that a hostile one is ended before anybody waits for it.
/// </summary>
internal sealed class Budget(Place place, TimeProvider clock)
{
    /// <summary>Expressions evaluated, statements run, items walked over; <see cref="CharactersPerStep"/> characters copied count as one.</summary>
    public const int MaxSteps = 500_000;

    /// <summary>Characters in any text, the output included.</summary>
    public const int MaxTextLength = 1 << 20;

    /// <summary>How deep expressions, statements, macros and values may lie in each other.</summary>
    public const int MaxDepth = 400;

    /// <summary>How long it may take.</summary>
    public static readonly TimeSpan MaxTime = TimeSpan.FromMilliseconds(50);

    private const int CharactersPerStep = 16;

    // Steps between two readings of the clock. The time runs from the first reading on: a machine's warm-up is not the template's doing,
    // and a short rendering never fails because the machine is busy.
    private const int StepsPerReading = 4096;

    private int steps;
    private int depth;
    private int nextReading = StepsPerReading;
    private long? start;

    /// <summary>Spends steps.</summary>
    /// <exception cref="ChatTemplateException">There are not so many left, or the time is over.</exception>
    public void Spend(long count)
    {
        if (count > MaxSteps - steps) throw Exceeded($"it takes more than {MaxSteps} steps");
        steps += (int)count;
        if (steps < nextReading) return;
        nextReading = steps + StepsPerReading;
        start ??= clock.GetTimestamp();
        if (clock.GetElapsedTime(start.Value) > MaxTime) throw Exceeded($"it takes more than {MaxTime.TotalMilliseconds} ms");
    }

    /// <summary>Spends the making of a text.</summary>
    /// <param name="made">Characters that are made.</param>
    /// <param name="length">Length of the whole text.</param>
    /// <exception cref="ChatTemplateException">The text is too long, or the steps or the time are over.</exception>
    public void SpendText(long made, long length)
    {
        if (length > MaxTextLength) throw Exceeded($"it makes a text of more than {MaxTextLength} characters");
        Spend(made / CharactersPerStep);
    }

    /// <summary>
    /// Goes one level down; <see cref="Leave"/> comes back. After an error nothing comes back: the error ends the rendering.
    /// </summary>
    /// <exception cref="ChatTemplateException">That is too deep.</exception>
    public void Enter()
    {
        if (++depth > MaxDepth) throw Exceeded($"it goes more than {MaxDepth} levels deep");
    }

    /// <summary>Goes one level up.</summary>
    public void Leave() => depth--;

    private ChatTemplateException Exceeded(string what) => place.Error(ChatTemplateError.Budget, $"{what}, and was ended.");
}
