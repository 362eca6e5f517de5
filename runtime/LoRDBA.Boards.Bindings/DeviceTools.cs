using System.Buffers;
using System.Text;
using System.Text.Json;

namespace LoRDBA.Boards.Bindings;

/// <summary>
/// The tools of a board: told to a model as JSON, called by its answer.
/// </summary>
/// <remarks>
/// <code>
///   told     [{"type":"function","function":{"name":"light","description":"...","parameters":{"type":"object", ...}}}, ...]
///   answer   {"name":"light","arguments":{"state":"on"}}        "parameters" in place of "arguments" is taken too
///   result   {"state":"on"}
/// </code>
/// The list is what chat templates take as <c>tools</c> (<see cref="Runtime.Chat.ChatOptions.Tools"/>). For one thread at a time.
/// </remarks>
public sealed class DeviceTools : IDisposable
{
    private readonly IReadOnlyList<DeviceTool> tools;
    private readonly bool shouldDispose;

    /// <summary>Gathers tools.</summary>
    /// <param name="tools">At least one; names differ.</param>
    /// <param name="shouldDispose">Whether the tools are disposed with it.</param>
    /// <exception cref="ArgumentException">There is no tool, or two have one name.</exception>
    public DeviceTools(IReadOnlyList<DeviceTool> tools, bool shouldDispose = true)
    {
        if (tools.Count == 0) throw new ArgumentException("There is no tool.", nameof(tools));
        if (tools.GroupBy(tool => tool.Name).FirstOrDefault(same => same.Count() > 1) is { } same) throw new ArgumentException($"{same.Count()} tools are called '{same.Key}'.", nameof(tools));
        (this.tools, this.shouldDispose) = ([.. tools], shouldDispose);
    }

    /// <summary>The tools, in their order.</summary>
    public IReadOnlyList<DeviceTool> Tools => tools;

    /// <summary>The list for the model: names, descriptions and schemas, one JSON array.</summary>
    public JsonElement ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var tool in tools) Write(json, tool);
            json.WriteEndArray();
        }
        var reader = new Utf8JsonReader(buffer.WrittenSpan);
        return JsonElement.ParseValue(ref reader);
    }

    /// <summary>Calls the tool that an answer names.</summary>
    /// <param name="answer">One JSON object with <c>name</c> and <c>arguments</c>, and nothing around it.</param>
    /// <returns>The tool's result, a JSON object.</returns>
    /// <exception cref="DeviceToolException">The answer is no call, no tool has the name, an argument is wrong, or the device does not answer.</exception>
    public string Call(string answer)
    {
        JsonElement call;
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(answer));
            call = JsonElement.ParseValue(ref reader);
            if (reader.Read()) throw Wrong();
        }
        catch (JsonException e)
        {
            throw Wrong(e);
        }
        if (call.ValueKind != JsonValueKind.Object || !call.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String) throw Wrong();
        if (!call.TryGetProperty("arguments", out var arguments) && !call.TryGetProperty("parameters", out arguments)) throw Wrong();
        var tool = tools.FirstOrDefault(tool => tool.Name == name.GetString())
            ?? throw new DeviceToolException(DeviceToolError.UnknownTool, $"There is no tool '{name.GetString()}'. The tools are {string.Join(", ", tools.Select(tool => tool.Name))}.");
        return tool.Invoke(arguments);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!shouldDispose) return;
        foreach (var tool in tools) tool.Dispose();
    }

    private static DeviceToolException Wrong(JsonException? inner = null) =>
        new(DeviceToolError.WrongCall, """The answer is no call of a tool. A call is one JSON object: {"name":"NAME","arguments":{}}""", inner);

    private static void Write(Utf8JsonWriter json, DeviceTool tool)
    {
        json.WriteStartObject();
        json.WriteString("type", "function");
        json.WriteStartObject("function");
        json.WriteString("name", tool.Name);
        json.WriteString("description", tool.Description);
        json.WriteStartObject("parameters");
        json.WriteString("type", "object");
        json.WriteStartObject("properties");
        foreach (var parameter in tool.Parameters)
        {
            json.WriteStartObject(parameter.Name);
            json.WriteString("description", parameter.Description);
            parameter.WriteSchema(json);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteStartArray("required");
        foreach (var parameter in tool.Parameters) json.WriteStringValue(parameter.Name);
        json.WriteEndArray();
        json.WriteBoolean("additionalProperties", false);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
