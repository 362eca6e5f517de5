using System.CommandLine;
using System.Numerics;

namespace LoRDBA.Tool.Arguments;

/// <summary>What numbers an option takes; anything else is a usage error that says so.</summary>
internal static class Ranges
{
    /// <summary>Refuses values below <paramref name="least"/> and what is not finite.</summary>
    public static void RequireAtLeast<T>(this Option<T> option, T least) where T : INumber<T> =>
        option.Require(value => value >= least && T.IsFinite(value), $"at least {least}");

    /// <summary>Refuses values outside <paramref name="least"/> to <paramref name="most"/>.</summary>
    public static void RequireBetween<T>(this Option<T> option, T least, T most) where T : INumber<T> =>
        option.Require(value => value >= least && value <= most, $"from {least} to {most}");

    private static void Require<T>(this Option<T> option, Func<T, bool> accepts, string range) => option.Validators.Add(result =>
    {
        if (result.Tokens.Count == 1 && !accepts(result.GetValue(option)!)) result.AddError($"{option.Name} has to be {range}, not {result.Tokens[0].Value}.");
    });
}
