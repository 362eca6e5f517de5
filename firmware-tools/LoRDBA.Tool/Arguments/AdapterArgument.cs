using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace LoRDBA.Tool.Arguments;

/// <summary>What <c>--adapter FILE[:weight]</c> names.</summary>
/// <param name="Path">A .lordba file, a GGUF LoRA, or a directory of PEFT, mlx-lm or the method's authors.</param>
/// <param name="Weight">What its branch is multiplied with; 1 is as it was trained.</param>
internal sealed record AdapterArgument(string Path, float Weight)
{
    /// <summary>The option, the same for every verb that runs a model.</summary>
    public static Option<AdapterArgument?> Option() => new("--adapter")
    {
        Description = "A .lordba file, GGUF LoRA, or directory of PEFT, mlx-lm or the method's authors that acts beside the model; :0.5 behind it halves its effect",
        HelpName = "FILE[:weight]",
        CustomParser = Parse,
    };

    /// <summary>
    /// Splits at the last colon if a number follows it, unless the whole is the name of something that exists: a file may
    /// be called <c>home:2</c>.
    /// </summary>
    private static AdapterArgument? Parse(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        var colon = text.LastIndexOf(':');
        if (colon < 0 || System.IO.Path.Exists(text) || !float.TryParse(text.AsSpan(colon + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var weight))
            return new AdapterArgument(text, 1);
        if (float.IsFinite(weight)) return new AdapterArgument(text[..colon], weight);
        result.AddError($"--adapter: the weight in '{text}' is not finite.");
        return null;
    }
}
