using System.Text.Json;
using LoRDBA.Runtime.Chat.Jinja;
using LoRDBA.Runtime.Chat.Jinja.Values;
using LoRDBA.Runtime.Tokenization;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Chat;

/// <summary>
/// One conversation for a template of <c>Templates/</c>. These are written by us in the manner of well-known models' templates; the expected
/// texts are what Jinja2 3.1.6 (Python) gives with Hugging Face's settings.
/// </summary>
/// <param name="Template">The template's name.</param>
/// <param name="Name">What the conversation shows.</param>
/// <param name="Variables">What the template gets.</param>
/// <param name="Expected">The text it has to give.</param>
internal sealed record Conversation(string Template, string Name, JsonElement Variables, string Expected)
{
    public const string Bos = "<s>", Eos = "</s>";

    private static readonly string Folder = Path.Combine(SharedFiles.RepositoryRoot, "tests/LoRDBA.Runtime.Tests/Chat/Templates");

    public static readonly string[] Templates = ["llama-3.2", "qwen-2.5", "qwen-3", "smollm2", "mistral"];

    public static string TemplateText(string name) => File.ReadAllText(Path.Combine(Folder, name + ".jinja"));

    public static IReadOnlyList<Conversation> Of(string template)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, template + ".json")));
        return [.. json.RootElement.EnumerateArray().Select(row => new Conversation(
            template, row.GetProperty("name").GetString()!, row.GetProperty("variables").Clone(),
            string.Join('\n', row.GetProperty("expected").EnumerateArray().Select(line => line.GetString()))))];
    }

    /// <summary>What our interpreter makes of it.</summary>
    public PromptText Render()
    {
        var variables = JsonReader.ReadMap(Variables).Entries.Select(entry => KeyValuePair.Create(entry.Key.Chars, entry.Value))
            .Append(new("bos_token", TextValue.Trusted(Bos))).Append(new("eos_token", TextValue.Trusted(Eos)));
        if (!Variables.TryGetProperty("tools", out _)) variables = variables.Append(new("tools", NoneValue.Instance));
        return JinjaTemplate.Parse(Template, TemplateText(Template)).Render(variables);
    }
}
