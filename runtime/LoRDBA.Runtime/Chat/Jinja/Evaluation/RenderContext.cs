namespace LoRDBA.Runtime.Chat.Jinja.Evaluation;

/// <summary>One rendering: where it is and what it may still use.</summary>
internal sealed class RenderContext
{
    private readonly Place place;

    /// <summary>Starts a rendering.</summary>
    public RenderContext(TemplateSource source, TimeProvider clock)
    {
        place = new Place(source);
        Budget = new Budget(place, clock);
    }

    /// <summary>What it may still use.</summary>
    public Budget Budget { get; }

    /// <summary>Goes on to a line.</summary>
    public void GoTo(int line) => place.Line = line;

    /// <summary>Spends one step.</summary>
    public void Step() => Budget.Spend(1);

    /// <summary>Spends one step and goes one level down.</summary>
    public void Enter()
    {
        Budget.Spend(1);
        Budget.Enter();
    }

    /// <summary>Goes one level up.</summary>
    public void Leave() => Budget.Leave();

    /// <summary>An error: an operation met a value that it cannot work on.</summary>
    public ChatTemplateException WrongValue(string message) => place.Error(ChatTemplateError.WrongValue, message);

    /// <summary>An error: something is asked for that this interpreter does not have.</summary>
    public ChatTemplateException Unsupported(string construct) => place.Error(ChatTemplateError.Unsupported, $"{construct} is not supported.");

    /// <summary>The template's own refusal.</summary>
    public ChatTemplateException Raised(string message) => place.Error(ChatTemplateError.Raised, message);
}
