using System.Text;

namespace LoRDBA.Generated;

/// <summary>Manifests of the shapes of SmolLM2-135M, Llama-3.2-1B, Qwen2.5-0.5B and Qwen3-0.6B, as linears that cover every n_in and n_out.</summary>
internal static class ShapeManifests
{
    /// <summary>Every width that one of these models has: a linear from and to each of them covers all kernels.</summary>
    public static readonly int[] Widths =
    [
        576, 192, 1536,     // SmolLM2-135M: d, kv, ff
        2048, 512, 8192,    // Llama-3.2-1B
        896, 128, 4864,     // Qwen2.5-0.5B
        1024, 3072,         // Qwen3-0.6B; its q is 2048
    ];

    /// <summary>Ranks 1 to 64 of a width, and what q, k and v together can have.</summary>
    public static string Every(int width) => Write(Enumerable.Range(1, 64).Select(rank => (width, width, rank)), width);

    /// <summary>Ranks 1 to 64 of 576 to 192, and some ranks of every width: what a published binary runs. boards.shapes is this text.</summary>
    public static string Boards() => Write(
        Enumerable.Range(1, 64).Select(rank => (576, 192, rank)).Concat(new[] { 4, 8, 16, 32, 63 }.SelectMany(rank => Widths.Select(width => (width, width, rank)))), 576);

    private static string Write(IEnumerable<(int NIn, int NOut, int Rank)> linears, int fused)
    {
        var text = new StringBuilder($"lordba-shapes 1\nbase shapes of four models\nfingerprint {new string('0', 64)}\n#      linear  input  n_in n_out rank scale_in\n");
        foreach (var (nIn, nOut, rank) in linears) text.Append($"linear r{rank}.{nIn}x{nOut} r{rank}.{nIn}x{nOut} {nIn} {nOut} {rank} no\n");
        foreach (var rank in new[] { 4, 8, 16, 32, 64 })
        {
            foreach (var name in new[] { "q", "k", "v" }) text.Append($"linear r{rank}.{name} r{rank}.qkv {fused} {fused} {rank} no\n");
            foreach (var name in new[] { "gate", "up" }) text.Append($"linear r{rank}.{name} r{rank}.gateup {fused} {fused} {rank} no\n");
        }
        return text.ToString();
    }
}
