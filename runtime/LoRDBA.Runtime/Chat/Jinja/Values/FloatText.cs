using System.Globalization;

namespace LoRDBA.Runtime.Chat.Jinja.Values;

/// <summary>Floating-point numbers as Python prints them.</summary>
internal static class FloatText
{
    /// <summary>
    /// The shortest digits that give the number back: with a point, and a digit behind it, from 0.0001 to below 10^16; else with an exponent of
    /// at least two digits.
    /// </summary>
    public static string Of(double number)
    {
        if (double.IsNaN(number)) return "nan";
        if (double.IsInfinity(number)) return number > 0 ? "inf" : "-inf";
        if (number == 0) return double.IsNegative(number) ? "-0.0" : "0.0";

        var (digits, exponent) = Shortest(Math.Abs(number));
        var sign = number < 0 ? "-" : "";
        if (exponent is < -4 or >= 16)
            return string.Create(CultureInfo.InvariantCulture, $"{sign}{digits[0]}{(digits.Length > 1 ? "." : "")}{digits[1..]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
        if (exponent < 0) return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        var whole = digits.PadRight(exponent + 2, '0');
        return $"{sign}{whole[..(exponent + 1)]}.{whole[(exponent + 1)..]}";
    }

    /// <summary>The number as d.ddd times a power of ten, the point left out, whether or not .NET itself writes an exponent.</summary>
    private static (string Digits, int Exponent) Shortest(double number)
    {
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        var end = text.IndexOf('E') is >= 0 and var found ? found : text.Length;
        var written = end < text.Length ? int.Parse(text.AsSpan(end + 1), CultureInfo.InvariantCulture) : 0;
        var point = text.IndexOf('.') is >= 0 and var at ? at : end;
        var all = text[..end].Replace(".", "");
        var digits = all.TrimStart('0');
        return (digits.TrimEnd('0'), written + point - 1 - (all.Length - digits.Length));
    }
}
