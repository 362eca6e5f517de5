using System.Text.Json;
using LoRDBA.Runtime.Adapters.Lora;

namespace LoRDBA.Runtime.Adapters.Peft;

/// <summary>What adapter_config.json says about the arithmetic of a LoRA: rank and scaling of each module.</summary>
internal abstract class LoraConfig(string path)
{
    /// <summary>What the base is called, if the file says so: for people, it is not checked.</summary>
    public string? BaseName { get; private protected init; }

    /// <summary>Where the file lies, for messages.</summary>
    protected string Path => path;

    /// <summary>Rank and scaling of a module.</summary>
    /// <param name="module">Its name in the base model, for example model.layers.0.self_attn.q_proj.</param>
    /// <exception cref="AdapterException">A pattern costs too much.</exception>
    public abstract (int Rank, float Scaling) Of(string module);

    protected AdapterException Error(AdapterError error, string field, string message) => new(error, path, field, message);

    protected JsonElement Required(JsonElement parent, string field) =>
        parent.TryGetProperty(field, out var value) ? value : throw Error(AdapterError.MissingField, field, "the field is missing.");

    protected double Number(JsonElement value, string field) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : throw Error(AdapterError.BadConfig, field, $"{value.GetRawText()} is no number.");

    protected double CheckRank(double value, string field) => value is >= 1 and <= LoraFactors.MaxRank && value == Math.Floor(value)
        ? value
        : throw Error(AdapterError.BadRank, field, $"the rank {value} is not a whole number from 1 to {LoraFactors.MaxRank}.");

    protected static string? Text(JsonElement parent, string field) =>
        parent.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
