using System.Text.Json.Serialization;

namespace LoRDBA.Boards.Bindings;

// What the tools say. Units are in the names, because a model reads nothing else.

internal sealed record CpuResult([property: JsonPropertyName("temperature_celsius")] double Temperature);

internal sealed record ClimateResult(
    [property: JsonPropertyName("temperature_celsius")] double Temperature,
    [property: JsonPropertyName("relative_humidity_percent")] double Humidity);

internal sealed record PowerResult(
    [property: JsonPropertyName("voltage_volts")] double Voltage,
    [property: JsonPropertyName("current_amperes")] double Current,
    [property: JsonPropertyName("power_watts")] double Power);

internal sealed record BoardResult(
    [property: JsonPropertyName("model")] string? Model,
    [property: JsonPropertyName("cores")] int Cores,
    [property: JsonPropertyName("memory_megabytes")] long? Memory);

internal sealed record LineResult([property: JsonPropertyName("state")] string State);

internal sealed record DisplayResult([property: JsonPropertyName("shown")] string Shown);

/// <summary>Writes results without reflection.</summary>
[JsonSerializable(typeof(BoardResult))]
[JsonSerializable(typeof(ClimateResult))]
[JsonSerializable(typeof(CpuResult))]
[JsonSerializable(typeof(DisplayResult))]
[JsonSerializable(typeof(LineResult))]
[JsonSerializable(typeof(PowerResult))]
internal sealed partial class ResultJson : JsonSerializerContext;
