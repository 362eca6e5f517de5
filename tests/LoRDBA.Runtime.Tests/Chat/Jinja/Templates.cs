using LoRDBA.Runtime.Chat.Jinja;
using LoRDBA.Runtime.Chat.Jinja.Values;

namespace LoRDBA.Runtime.Tests.Chat.Jinja;

/// <summary>A short way to render.</summary>
internal static class Templates
{
    /// <summary>The text that a template gives with these variables, however long it takes.</summary>
    public static string Render(string template, params (string Name, Value Value)[] variables) =>
        JinjaTemplate.Parse("test", template).Render(variables.Select(variable => KeyValuePair.Create(variable.Name, variable.Value)), budgetClock: new StoppedClock()).Text;

    private sealed class StoppedClock : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }
}
