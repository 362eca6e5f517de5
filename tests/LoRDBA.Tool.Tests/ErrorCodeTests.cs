using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using LoRDBA.Boards;
using LoRDBA.Runtime;
using LoRDBA.Tests;
using LoRDBA.Training.Conversion;

namespace LoRDBA.Tool.Tests;

/// <summary>Every error that input can cause has a code of its own, of one form.</summary>
public sealed partial class ErrorCodeTests
{
    private static readonly Type[] Types =
        [.. new[] { typeof(LordbaException), typeof(ConversionException), typeof(BoardException), typeof(CommandLine) }.SelectMany(type => type.Assembly.GetTypes()).Where(type => type.IsSubclassOf(typeof(LordbaException)))];

    [Fact]
    public void Every_cause_has_a_code_of_its_own()
    {
        var codes = Types.SelectMany(CodesOf).ToArray();

        Assert.True(codes.Length > 80, $"{codes.Length} codes");
        Assert.All(codes, code => Assert.Matches(Form(), code));
        Assert.Equal(codes.Order(), codes.Distinct().Order());
        Assert.Contains("gguf.not-utf8", codes);
        Assert.Contains("adapter.digest-mismatch", codes);
        Assert.Contains("conversion.no-text", codes);
        Assert.Contains("context.full", codes);
    }

    [Fact]
    public void The_document_lists_every_domain()
    {
        var document = File.ReadAllText(Path.Combine(SharedFiles.RepositoryRoot, "docs", "tool.md"));

        Assert.All(Types.SelectMany(CodesOf).Select(code => code.Split('.')[0]).Distinct(), domain => Assert.Contains($"| `{domain}` |", document));
    }

    /// <summary>The code of each value that its cause can have: that of the property Error, where there is one.</summary>
    private static IEnumerable<string> CodesOf(Type type)
    {
        var exception = (LordbaException)RuntimeHelpers.GetUninitializedObject(type);
        if (type.GetProperty("Error") is not { } cause) return [exception.Code];
        var field = type.GetField($"<{cause.Name}>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic)!;
        return [.. Enum.GetValuesAsUnderlyingType(cause.PropertyType).Cast<object>().Select(value =>
        {
            field.SetValue(exception, Enum.ToObject(cause.PropertyType, value));
            return exception.Code;
        })];
    }

    [GeneratedRegex("^[a-z]+(\\.[a-z0-9]+(-[a-z0-9]+)*)+$")]
    private static partial Regex Form();
}
