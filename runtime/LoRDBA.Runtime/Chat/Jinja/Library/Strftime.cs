using System.Globalization;
using System.Text;
using LoRDBA.Runtime.Chat.Jinja.Values;

namespace LoRDBA.Runtime.Chat.Jinja.Library;

/// <summary><c>strftime_now(format)</c>: the local time in C's notation, names in English.</summary>
internal static class Strftime
{
    /// <summary>Writes the time.</summary>
    public static Value Now(Invocation call, TimeProvider clock)
    {
        var (now, format) = (clock.GetLocalNow(), call.TextAt(0).Chars);
        var result = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                result.Append(format[i]);
                continue;
            }
            var hasNoPadding = i + 1 < format.Length && format[i + 1] == '-';
            if (hasNoPadding) i++;
            var code = ++i < format.Length ? format[i] : '\0';
            var part = Part(code, now) ?? throw call.Context.Unsupported($"%{code} in a format of strftime_now");
            result.Append(hasNoPadding && part.Length > 1 ? part.TrimStart('0').PadLeft(1, '0') : part);
        }
        return new TextBuilder(call.Context.Budget).Append(Tokenization.PromptText.Content(result.ToString())).ToValue();
    }

    private static string? Part(char code, DateTimeOffset now) => Pattern(code) is { } pattern ? now.ToString(pattern, CultureInfo.InvariantCulture) : code switch
    {
        'j' => now.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
        '%' => "%",
        _ => null,
    };

    /// <summary>.NET's name of a part.</summary>
    private static string? Pattern(char code) => code switch
    {
        'Y' => "yyyy",
        'y' => "yy",
        'm' => "MM",
        'd' => "dd",
        'H' => "HH",
        'I' => "hh",
        'M' => "mm",
        'S' => "ss",
        'p' => "tt",
        'B' => "MMMM",
        'b' => "MMM",
        'A' => "dddd",
        'a' => "ddd",
        'F' => "yyyy-MM-dd",
        'T' => "HH:mm:ss",
        _ => null,
    };
}
