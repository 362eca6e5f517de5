using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace LoRDBA.Runtime.Adapters.Peft;

/// <summary>
/// What adapter_config.json says about the arithmetic of a LoRA (PEFT, LoraConfig): rank and scaling of each module.
/// Every field that would make the adapter compute something else is refused by name.
/// </summary>
internal sealed class PeftConfig
{
    public const int MaxRank = 512;

    /// <summary>Patterns come from a file: one that runs away is stopped, and so are many that only walk.</summary>
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromMilliseconds(200), MaxMatching = TimeSpan.FromSeconds(1);

    // What these say has no part in the result once the factors are given.
    private static readonly HashSet<string> Ignored =
    [
        "auto_mapping", "base_model_name_or_path", "corda_config", "ensure_weight_tying", "eva_config", "exclude_modules", "inference_mode",
        "layers_pattern", "layers_to_transform", "loftq_config", "lora_dropout", "megatron_config", "megatron_core", "peft_version",
        "qalora_group_size", "revision", "runtime_config", "target_modules", "task_type",
    ];

    private static readonly HashSet<string> Read =
        ["peft_type", "r", "lora_alpha", "rank_pattern", "alpha_pattern", "use_rslora", "bias", "init_lora_weights"];

    private readonly string path;
    private readonly double rank, alpha;
    private readonly bool useRsLora;
    private readonly Stopwatch matching = new();
    private readonly List<(Regex Pattern, double Value)> rankPattern, alphaPattern;

    private PeftConfig(JsonElement root, string path)
    {
        this.path = path;
        if (root.ValueKind != JsonValueKind.Object) throw Error(AdapterError.BadConfig, "file", "it is no JSON object.");
        RefuseUnsupported(root);
        BaseName = root.TryGetProperty("base_model_name_or_path", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;
        useRsLora = root.TryGetProperty("use_rslora", out var flag) && flag.ValueKind == JsonValueKind.True;
        rank = CheckRank(Number(Required(root, "r"), "r"), "r");
        alpha = Number(Required(root, "lora_alpha"), "lora_alpha");
        rankPattern = Patterns(root, "rank_pattern");
        alphaPattern = Patterns(root, "alpha_pattern");
        foreach (var (_, value) in rankPattern) CheckRank(value, "rank_pattern");
    }

    /// <summary>What the base is called, if the file says so: for people, it is not checked.</summary>
    public string? BaseName { get; }

    /// <summary>Reads the UTF-8 JSON of adapter_config.json.</summary>
    /// <exception cref="AdapterException">It is not sound, or asks for something that is not supported.</exception>
    public static PeftConfig Parse(ReadOnlyMemory<byte> json, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return new PeftConfig(document.RootElement, path);
        }
        catch (Exception cause) when (cause is JsonException or InvalidOperationException) // the latter: a text that is not Unicode
        {
            throw new AdapterException(AdapterError.BadConfig, path, "file", $"it is not JSON. {cause.Message}", cause);
        }
    }

    /// <summary>Rank and scaling of a module: alpha / r, or alpha / sqrt(r) (rank-stabilised, arXiv 2312.03732).</summary>
    /// <param name="module">Its name in the base model, for example model.layers.0.self_attn.q_proj.</param>
    public (int Rank, float Scaling) Of(string module)
    {
        var r = Match(rankPattern, module, "rank_pattern") ?? rank;
        var a = Match(alphaPattern, module, "alpha_pattern") ?? alpha;
        return ((int)r, (float)(a / (useRsLora ? Math.Sqrt(r) : r)));
    }

    private void RefuseUnsupported(JsonElement root)
    {
        var type = Required(root, "peft_type");
        if (type.ValueKind != JsonValueKind.String || type.GetString() != "LORA") throw Error(AdapterError.Unsupported, "peft_type", $"{type} is not supported; LORA is.");
        foreach (var field in root.EnumerateObject())
        {
            var value = field.Value;
            if (Ignored.Contains(field.Name)) continue;
            var supported = field.Name switch
            {
                "bias" => value.ValueKind == JsonValueKind.String && value.GetString() == "none",
                // PiSSA, OLoRA, CorDA and LoftQ change the base too; PEFT can convert such an adapter to a plain one.
                "init_lora_weights" => value.ValueKind != JsonValueKind.String || value.GetString() is "gaussian" or "eva" or "orthogonal",
                _ => Read.Contains(field.Name) || IsUnset(value),
            };
            if (!supported) throw Error(AdapterError.Unsupported, field.Name, $"{value.GetRawText()} is not supported. A plain LoRA has none of it.");
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

    private List<(Regex Pattern, double Value)> Patterns(JsonElement root, string field)
    {
        var patterns = new List<(Regex, double)>();
        if (!root.TryGetProperty(field, out var entries) || entries.ValueKind == JsonValueKind.Null) return patterns;
        if (entries.ValueKind != JsonValueKind.Object) throw Error(AdapterError.BadConfig, field, "it is no JSON object.");
        foreach (var entry in entries.EnumerateObject())
        {
            try
            {
                // As PEFT matches: the key is a regular expression for the end of the name, from a dot or the very beginning.
                patterns.Add((new Regex($@"^(.*\.)?({entry.Name})$", RegexOptions.CultureInvariant, MatchTimeout), Number(entry.Value, field)));
            }
            catch (ArgumentException cause)
            {
                throw new AdapterException(AdapterError.BadConfig, path, field, $"\"{entry.Name}\" is no regular expression. {cause.Message}", cause);
            }
        }

        return patterns;
    }

    private double? Match(List<(Regex Pattern, double Value)> patterns, string module, string field)
    {
        foreach (var (pattern, value) in patterns)
        {
            matching.Start();
            try
            {
                if (pattern.IsMatch(module)) return value;
            }
            catch (RegexMatchTimeoutException cause)
            {
                throw new AdapterException(AdapterError.BadConfig, path, field, $"matching \"{pattern}\" takes too long.", cause);
            }
            finally
            {
                matching.Stop();
            }
            if (matching.Elapsed > MaxMatching) throw Error(AdapterError.BadConfig, field, "matching all patterns takes too long.");
        }

        return null;
    }

    private double CheckRank(double value, string field) => value is >= 1 and <= MaxRank && value == Math.Floor(value)
        ? value
        : throw Error(AdapterError.BadRank, field, $"the rank {value} is not a whole number from 1 to {MaxRank}.");

    private double Number(JsonElement value, string field) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : throw Error(AdapterError.BadConfig, field, $"{value.GetRawText()} is no number.");

    private JsonElement Required(JsonElement root, string field) =>
        root.TryGetProperty(field, out var value) ? value : throw Error(AdapterError.MissingField, field, "the field is missing.");

    private AdapterException Error(AdapterError error, string field, string message) => new(error, path, field, message);
}
