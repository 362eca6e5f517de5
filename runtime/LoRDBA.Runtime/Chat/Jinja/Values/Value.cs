namespace LoRDBA.Runtime.Chat.Jinja.Values;

/// <summary>A value of the template language. Immutable but for <see cref="NamespaceValue"/>.</summary>
internal abstract class Value
{
    /// <summary>How errors call such a value.</summary>
    public abstract string Kind { get; }

    /// <summary>What it counts for as a condition.</summary>
    public virtual bool IsTrue => true;
}

/// <summary>
/// The value of a name that was never set. A template may test it, print it (as nothing) and walk over it, but not look into it.
/// </summary>
internal sealed class UndefinedValue(string what) : Value
{
    /// <inheritdoc/>
    public override string Kind => $"{what}, which is not defined";

    /// <inheritdoc/>
    public override bool IsTrue => false;
}

/// <summary><c>none</c></summary>
internal sealed class NoneValue : Value
{
    private NoneValue() { }

    /// <summary>The only one.</summary>
    public static NoneValue Instance { get; } = new();

    /// <inheritdoc/>
    public override string Kind => "none";

    /// <inheritdoc/>
    public override bool IsTrue => false;
}

/// <summary><c>true</c> or <c>false</c>; in arithmetic 1 or 0.</summary>
internal sealed class BoolValue : Value
{
    private BoolValue(bool value) => IsTrue = value;

    /// <summary><c>true</c></summary>
    public static BoolValue True { get; } = new(true);

    /// <summary><c>false</c></summary>
    public static BoolValue False { get; } = new(false);

    /// <inheritdoc/>
    public override string Kind => "a Boolean";

    /// <inheritdoc/>
    public override bool IsTrue { get; }

    /// <summary>The value of a condition.</summary>
    public static BoolValue Of(bool value) => value ? True : False;
}

/// <summary>An integer. Python's integers have no bounds; these have 64 bits, and a larger result is an error.</summary>
internal sealed class IntValue(long number) : Value
{
    /// <summary>The number.</summary>
    public long Number { get; } = number;

    /// <inheritdoc/>
    public override string Kind => "an integer";

    /// <inheritdoc/>
    public override bool IsTrue => Number != 0;
}

/// <summary>A floating-point number.</summary>
internal sealed class FloatValue(double number) : Value
{
    /// <summary>The number.</summary>
    public double Number { get; } = number;

    /// <inheritdoc/>
    public override string Kind => "a floating-point number";

    /// <inheritdoc/>
    public override bool IsTrue => Number != 0;
}
