using System.Text.Json;

namespace LoRDBA.Runtime.Adapters.Peft;

/// <summary>
/// adapter_config.json of mlx-lm: the arguments of its training, of which <c>lora_parameters</c> make the arithmetic. One rank and one
/// scale serve all modules; the scale is not divided by the rank.
/// </summary>
internal sealed class MlxConfig : LoraConfig
{
    private readonly int rank;
    private readonly float scale;

    private MlxConfig(JsonElement root, string path) : base(path)
    {
        if (root.TryGetProperty("fine_tune_type", out var type) && !(type.ValueKind == JsonValueKind.String && type.ValueEquals("lora")))
            throw Error(AdapterError.Unsupported, "fine_tune_type", $"{type.GetRawText()} is not supported; \"lora\" is. Fuse it into the model (mlx_lm.fuse) and convert that to GGUF, or train a LoRA.");
        if (root.TryGetProperty("use_dora", out var dora) && dora.ValueKind == JsonValueKind.True)
            throw Error(AdapterError.Unsupported, "use_dora", "DoRA is not supported. Train a LoRA.");
        var parameters = Required(root, "lora_parameters");
        if (parameters.ValueKind != JsonValueKind.Object) throw Error(AdapterError.BadConfig, "lora_parameters", "it is no JSON object.");
        rank = (int)CheckRank(Number(Required(parameters, "rank"), "rank"), "rank");
        scale = (float)Number(Required(parameters, "scale"), "scale");
        if (!float.IsFinite(scale)) throw Error(AdapterError.BadConfig, "scale", "it is beyond float32.");
        BaseName = Text(root, "model");
    }

    /// <summary>Reads the file.</summary>
    /// <exception cref="AdapterException">It is not sound, or asks for something that is not supported.</exception>
    public static MlxConfig Parse(AdapterConfigFile file) => file.Parse((root, path) => new MlxConfig(root, path));

    /// <inheritdoc/>
    public override (int Rank, float Scaling) Of(string module) => (rank, scale);
}
