using System.Text.Json;
using LoRDBA.Runtime;

namespace LoRDBA.Examples.SmartHome;

/// <summary>Something said to a household, and the reply that its controller understands.</summary>
internal sealed record TestCommand(string Prompt, string Completion);

/// <summary>The commands of one file of JSON lines, <c>{"prompt":"...","completion":"..."}</c>.</summary>
internal sealed record TestSet(string Name, IReadOnlyList<TestCommand> Commands)
{
    /// <exception cref="TestSetException">A line is no such object, or there is none.</exception>
    public static TestSet Read(string name, Stream stream)
    {
        var commands = new List<TestCommand>();
        using var reader = new StreamReader(stream);
        for (var line = 1; reader.ReadLine() is { } text; line++)
            if (text.Length > 0) commands.Add(Parse(name, line, text));
        return commands.Count > 0 ? new TestSet(name, commands) : throw new TestSetException($"{name} has no lines. Give a file with one command a line.");
    }

    private static TestCommand Parse(string name, int line, string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return new TestCommand(Field(json, "prompt"), Field(json, "completion"));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new TestSetException($"{name}, line {line}: not {{\"prompt\":\"...\",\"completion\":\"...\"}} ({e.Message})", e);
        }
    }

    private static string Field(JsonDocument json, string name) => json.RootElement.GetProperty(name).GetString() ?? throw new JsonException($"{name} is null");
}

/// <summary>A file of test commands cannot be used.</summary>
internal sealed class TestSetException(string message, Exception? inner = null) : LordbaException(message, inner)
{
    /// <inheritdoc/>
    public override string Code => "commands.bad-file";
}
