using System.Text;
using LoRDBA.Runtime.Chat;
using LoRDBA.Runtime.Chat.Jinja;
using LoRDBA.Runtime.Chat.Jinja.Evaluation;
using LoRDBA.Runtime.Chat.Jinja.Values;

namespace LoRDBA.Fuzz.Targets;

/// <summary>A chat template, run on a conversation.</summary>
internal sealed class ChatTarget : Target
{
    private static readonly KeyValuePair<string, Value>[] Variables =
    [
        new("messages", new ListValue([new ChatMessage("system", "Be brief.").Fields, new ChatMessage("user", "Is <b>it</b>\n on?").Fields, new ChatMessage("assistant", "Ja, seit 3 Uhr.").Fields])),
        new("add_generation_prompt", BoolValue.Of(true)),
        new("tools", NoneValue.Instance),
        new("bos_token", TextValue.Trusted("<s>")),
        new("eos_token", TextValue.Trusted("</s>")),
    ];

    /// <inheritdoc/>
    public override string Name => "chat";

    /// <inheritdoc/>
    protected override void Read(ReadOnlySpan<byte> input)
    {
        var text = JinjaTemplate.Parse("fuzz", Encoding.UTF8.GetString(input)).Render(Variables, TimeProvider.System);
        if (text.Text.Length > Budget.MaxTextLength) throw new InvalidOperationException($"a text of {text.Text.Length} characters");
        text.ToUtf8();
    }
}
