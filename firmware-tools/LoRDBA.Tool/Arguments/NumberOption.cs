using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace LoRDBA.Tool.Arguments;

/// <summary>Options that take a number from a range; anything else is a usage error that names the range.</summary>
internal static class NumberOption
{
    /// <summary>An option with the value <paramref name="fallback"/> where it is absent.</summary>
    /// <param name="name">With its dashes.</param>
    /// <param name="description">What the number does.</param>
    /// <param name="fallback">The value of an absent option.</param>
    /// <param name="least">The smallest number allowed.</param>
    /// <param name="most">The largest number allowed.</param>
    public static Option<T> Of<T>(string name, string description, T fallback, T least, T most) where T : struct, INumber<T> => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => Parse(result, name, least, most),
        DefaultValueFactory = _ => fallback,
    };

    /// <summary>An option whose absence means something of its own.</summary>
    /// <inheritdoc cref="Of"/>
    public static Option<T?> Optional<T>(string name, string description, T least, T most) where T : struct, INumber<T> => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => Parse(result, name, least, most),
    };

    private static T Parse<T>(ArgumentResult result, string name, T least, T most) where T : struct, INumber<T>
    {
        var text = result.Tokens[0].Value;
        if (T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most) return value;
        result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} takes a number from {least} to {most}, not '{text}'."));
        return default;
    }
}
