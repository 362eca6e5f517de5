namespace LoRDBA.Generator.Tests;

/// <summary>Texts of manifests.</summary>
internal static class ManifestText
{
    /// <summary>A fingerprint: any will do where no model is loaded.</summary>
    public static readonly string Fingerprint = string.Concat(Enumerable.Repeat("0123456789abcdef", 4));

    /// <summary>A manifest of these lines; the first of them is line 4 of the file.</summary>
    public static string Of(params IEnumerable<string> lines) => $"lordba-shapes 1\nbase Tiny\nfingerprint {Fingerprint}\n{string.Concat(lines.Select(line => line + "\n"))}";

    /// <summary>SmolLM2-135M with one rank in all linears: 7 distinct kernels.</summary>
    public static string SmolLm2(int rank = 16, int layers = 30) => Of(Enumerable.Range(0, layers).SelectMany(layer => Layer($"blk.{layer}", 576, 192, 1536, rank)));

    /// <summary>The seven linears of a layer whose queries are as wide as its embedding.</summary>
    public static IEnumerable<string> Layer(string name, int nEmbd, int nKv, int nFf, int rank) =>
    [
        $"linear {name}.attn_q {name}.attn {nEmbd} {nEmbd} {rank} no",
        $"linear {name}.attn_k {name}.attn {nEmbd} {nKv} {rank} no",
        $"linear {name}.attn_v {name}.attn {nEmbd} {nKv} {rank} no",
        $"linear {name}.attn_output {name}.attn_output {nEmbd} {nEmbd} {rank} no",
        $"linear {name}.ffn_gate {name}.ffn {nEmbd} {nFf} {rank} no",
        $"linear {name}.ffn_up {name}.ffn {nEmbd} {nFf} {rank} no",
        $"linear {name}.ffn_down {name}.ffn_down {nFf} {nEmbd} {rank} no",
    ];
}
