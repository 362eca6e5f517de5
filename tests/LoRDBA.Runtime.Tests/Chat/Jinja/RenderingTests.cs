using System.Text.Json;
using LoRDBA.Runtime.Chat;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Chat.Jinja;

/// <summary>
/// <c>renderings.json</c> lists templates of ours, and beside each what Jinja2 3.1.6 (Python) makes of it with the settings of Hugging Face's
/// <c>apply_chat_template</c>; null: an error.
/// </summary>
public sealed class RenderingTests
{
    public static IEnumerable<TheoryDataRow<string, string?>> Cases()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(SharedFiles.RepositoryRoot, "tests/LoRDBA.Runtime.Tests/Chat/Jinja/renderings.json")));
        return [.. json.RootElement.EnumerateArray().Select(row => new TheoryDataRow<string, string?>(row[0].GetString()!, row[1].GetString()))];
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Renders_as_the_reference_does(string template, string? expected)
    {
        if (expected is null) Assert.Throws<ChatTemplateException>(() => Templates.Render(template));
        else Assert.Equal(expected, Templates.Render(template));
    }
}
