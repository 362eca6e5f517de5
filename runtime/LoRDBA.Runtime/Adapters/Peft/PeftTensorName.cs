namespace LoRDBA.Runtime.Adapters.Peft;

/// <summary>
/// What the name of a LoRA's tensor says. PEFT writes <c>base_model.model.MODULE.lora_A.weight</c>, mlx-lm <c>MODULE.lora_a</c>. Programs
/// that save a training state leave their wrappers in the name, or the adapter's own name.
/// </summary>
/// <param name="Module">The linear in a text model, for example model.layers.0.self_attn.q_proj.</param>
/// <param name="Source">The same as the program that trained it calls it: what patterns match.</param>
/// <param name="IsA">Whether it is A; else B.</param>
internal readonly record struct PeftTensorName(string Module, string Source, bool IsA)
{
    private static readonly string[] Wrappers = ["_orig_mod", "_checkpoint_wrapped_module", "_fsdp_wrapped_module"];

    /// <summary>Reads a name.</summary>
    /// <param name="tensor">As in the file.</param>
    /// <param name="isMlx">Whether mlx-lm wrote it.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="AdapterException">It is no factor of a linear's LoRA.</exception>
    public static PeftTensorName Parse(string tensor, bool isMlx, string path)
    {
        var parts = tensor.Split('.');
        var (a, b) = isMlx ? ("lora_a", "lora_b") : ("lora_A", "lora_B");
        var at = Array.FindLastIndex(parts, part => part == a || part == b);
        // PEFT: weight, or the adapter's name and weight.
        var isEnd = isMlx ? at == parts.Length - 1 : parts[^1] == "weight" && (at == parts.Length - 2 || at == parts.Length - 3);
        if (at <= 0 || !isEnd || parts.Contains("")) throw Refused(tensor, parts, isMlx, path);
        var source = WithoutWrappers(parts[..at]);
        return source.Length > 0 ? new(ModuleOf(source), source, parts[at] == a) : throw Refused(tensor, parts, isMlx, path);
    }

    /// <summary>The linear in a text model that a program calls so.</summary>
    public static string ModuleOf(string source)
    {
        var text = string.Join('.', source.Split('.').Where(part => part != "language_model"));
        return text.StartsWith("layers.", StringComparison.Ordinal) ? $"model.{text}" : text;
    }

    /// <summary>The name without what wrapped the model: compilation, checkpoints, data parallelism, PEFT itself.</summary>
    public static string WithoutWrappers(string[] parts)
    {
        ReadOnlySpan<string> rest = [.. parts.Where(part => !Wrappers.Contains(part))];
        while (true)
        {
            if (rest is ["module", ..]) rest = rest[1..];
            else if (rest is ["base_model", "model", ..]) rest = rest[2..];
            else return string.Join('.', rest!);
        }
    }

    private static AdapterException Refused(string tensor, string[] parts, bool isMlx, string path)
    {
        AdapterException Unsupported(string message) => new(AdapterError.Unsupported, path, tensor, message);

        if (Array.Exists(parts, part => part.StartsWith("lora_embedding_", StringComparison.Ordinal))) return Unsupported("an adapted embedding is not supported. Train the adapter without embed_tokens.");
        if (parts.Contains("lora_magnitude_vector") || isMlx && parts[^1] == "m") return Unsupported("DoRA is not supported. Train the adapter without it.");
        if (parts is [.., "lora_B", "bias"]) return Unsupported("a bias in lora_B is not supported. Train the adapter with lora_bias=False.");
        if (parts.Contains("embed_tokens") || parts.Contains("lm_head") || parts.Contains("modules_to_save"))
            return Unsupported("it is a whole weight beside the LoRA. If it was trained, merge the adapter into the model (merge_and_unload) and convert that to GGUF; if not, save the adapter with save_embedding_layers=False.");
        return new(AdapterError.UnknownTensor, path, tensor,
            $"it is no factor of a LoRA: {(isMlx ? "MODULE.lora_a or MODULE.lora_b" : $"{PeftNames.Prefix}MODULE{PeftNames.SuffixA} or {PeftNames.SuffixB}")} is expected.");
    }
}
