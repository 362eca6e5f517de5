using System.Text.Json;

namespace LoRDBA.Runtime.Adapters.Peft;

/// <summary>
/// adapter_config.json of PEFT (LoraConfig). Every field that would make the adapter compute something else is refused by name.
/// </summary>
internal sealed class PeftConfig : LoraConfig
{
    // What these say has no part in the result once the factors are given.
    private static readonly HashSet<string> Ignored =
    [
        "auto_mapping", "base_model_name_or_path", "corda_config", "ensure_weight_tying", "eva_config", "exclude_modules", "inference_mode",
        "layers_pattern", "layers_to_transform", "loftq_config", "lora_dropout", "megatron_config", "megatron_core", "peft_version",
        "qalora_group_size", "revision", "runtime_config", "target_modules", "task_type",
    ];

    private static readonly HashSet<string> Read =
        ["peft_type", "r", "lora_alpha", "rank_pattern", "alpha_pattern", "use_rslora", "bias", "init_lora_weights"];

    private static readonly Dictionary<string, string> Remedies = new()
    {
        ["bias"] = "Train with bias=\"none\".",
        ["use_dora"] = "Train without use_dora.",
        ["modules_to_save"] = "Such modules are whole weights: merge the adapter into the model (merge_and_unload) and convert that to GGUF, or train without modules_to_save.",
        // These begin with a part of the base's weights and take it away there; PEFT can save the difference.
        ["init_lora_weights"] = "It changes the base too: save it as a plain LoRA with save_pretrained(..., path_initial_model_for_weight_conversion=...), or merge it into the model and convert that to GGUF.",
    };

    private readonly double rank, alpha;
    private readonly bool useRsLora;
    private readonly PatternBudget budget = new();
    private readonly List<(ModulePattern Pattern, double Value)> rankPattern, alphaPattern;

    private PeftConfig(JsonElement root, string path) : base(path)
    {
        RefuseUnsupported(root);
        BaseName = Text(root, "base_model_name_or_path");
        useRsLora = root.TryGetProperty("use_rslora", out var flag) && flag.ValueKind == JsonValueKind.True;
        rank = CheckRank(Number(Required(root, "r"), "r"), "r");
        alpha = Number(Required(root, "lora_alpha"), "lora_alpha");
        rankPattern = Patterns(root, "rank_pattern", (value, field) => CheckRank(value, field));
        alphaPattern = Patterns(root, "alpha_pattern", (value, _) => value);
    }

    /// <summary>Reads the file.</summary>
    /// <exception cref="AdapterException">It is not sound, or asks for something that is not supported.</exception>
    public static PeftConfig Parse(AdapterConfigFile file) => file.Parse((root, path) => new PeftConfig(root, path));

    /// <summary>Rank and scaling of a module: alpha / r, or alpha / sqrt(r) (rank-stabilised, arXiv 2312.03732).</summary>
    /// <inheritdoc/>
    public override (int Rank, float Scaling) Of(string module)
    {
        var r = Match(rankPattern, module, "rank_pattern") ?? rank;
        var a = Match(alphaPattern, module, "alpha_pattern") ?? alpha;
        return ((int)r, (float)(a / (useRsLora ? Math.Sqrt(r) : r)));
    }

    private void RefuseUnsupported(JsonElement root)
    {
        var type = Required(root, "peft_type");
        if (type.ValueKind != JsonValueKind.String || type.GetString() != "LORA")
            throw Error(AdapterError.Unsupported, "peft_type", $"{type} is not supported; LORA is. Train a LoRA, or merge this into the model (merge_and_unload) and convert that to GGUF.");
        foreach (var field in root.EnumerateObject())
        {
            var value = field.Value;
            if (Ignored.Contains(field.Name)) continue;
            var supported = field.Name switch
            {
                "bias" => value.ValueKind == JsonValueKind.String && value.GetString() == "none",
                "init_lora_weights" => value.ValueKind != JsonValueKind.String || value.GetString() is "gaussian" or "eva" or "orthogonal",
                _ => Read.Contains(field.Name) || IsUnset(value),
            };
            if (!supported)
                throw Error(AdapterError.Unsupported, field.Name, $"{value.GetRawText()} is not supported. {Remedies.GetValueOrDefault(field.Name, "A plain LoRA has none of it.")}");
        }
    }

    // Nothing that is off changes the arithmetic, whatever it is called.
    private static bool IsUnset(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        _ => false,
    };

    private List<(ModulePattern Pattern, double Value)> Patterns(JsonElement root, string field, Func<double, string, double> check)
    {
        var patterns = new List<(ModulePattern, double)>();
        if (!root.TryGetProperty(field, out var entries) || entries.ValueKind == JsonValueKind.Null) return patterns;
        if (entries.ValueKind != JsonValueKind.Object) throw Error(AdapterError.BadConfig, field, "it is no JSON object.");
        foreach (var entry in entries.EnumerateObject())
        {
            try
            {
                patterns.Add((ModulePattern.Parse(entry.Name, budget), check(Number(entry.Value, field), $"{field}, \"{entry.Name}\"")));
            }
            catch (PatternException cause)
            {
                throw new AdapterException(AdapterError.BadConfig, Path, field, $"the pattern \"{entry.Name}\": {cause.Message}.", cause);
            }
        }
        return patterns;
    }

    private double? Match(List<(ModulePattern Pattern, double Value)> patterns, string module, string field)
    {
        try
        {
            foreach (var (pattern, value) in patterns)
                if (pattern.IsMatch(module)) return value;
            return null;
        }
        catch (PatternException cause)
        {
            throw new AdapterException(AdapterError.BadConfig, Path, field, $"{cause.Message}.", cause);
        }
    }
}
