using System.Text;

namespace LoRDBA.Generated;

/// <summary>
/// Writes the two manifests of this project, so that they are made by a program: the shapes of SmolLM2-135M, Llama-3.2-1B, Qwen2.5-0.5B and
/// Qwen3-0.6B, as linears that cover every distinct n_in and n_out once a rank.
/// </summary>
internal static class ShapeManifests
{
    private static readonly (int NIn, int NOut)[] Shapes =
    [
        (576, 576), (576, 192), (1536, 1536),              // SmolLM2-135M: d, kv, ff
        (2048, 2048), (2048, 512), (8192, 8192),           // Llama-3.2-1B
        (896, 896), (896, 128), (4864, 4864),              // Qwen2.5-0.5B
        (1024, 1024), (3072, 3072),                        // Qwen3-0.6B; its q is 2048
    ];

    /// <summary>Ranks 1 to 64 of every shape, and q, k and v, gate and up fused.</summary>
    public static string Every() => Write(Enumerable.Range(1, 64).SelectMany(rank => Shapes.Select(shape => (shape.NIn, shape.NOut, rank))));

    /// <summary>Ranks 1 to 64 of 576 to 192, and some ranks of every shape: what a published binary runs.</summary>
    public static string Boards() => Write(
        Enumerable.Range(1, 64).Select(rank => (576, 192, rank)).Concat(new[] { 4, 8, 16, 32, 63 }.SelectMany(rank => Shapes.Select(shape => (shape.NIn, shape.NOut, rank)))).Distinct());

    private static string Write(IEnumerable<(int NIn, int NOut, int Rank)> linears)
    {
        var text = new StringBuilder($"lordba-shapes 1\nbase shapes of four models\nfingerprint {new string('0', 64)}\n#      linear  input  n_in n_out rank scale_in\n");
        foreach (var (nIn, nOut, rank) in linears) text.Append($"linear r{rank}.{nIn}x{nOut} r{rank}.{nIn}x{nOut} {nIn} {nOut} {rank} no\n");
        foreach (var rank in new[] { 4, 8, 16, 32, 64 })
        {
            foreach (var name in new[] { "q", "k", "v" }) text.Append($"linear r{rank}.{name} r{rank}.qkv 576 192 {rank} no\n");
            foreach (var name in new[] { "gate", "up" }) text.Append($"linear r{rank}.{name} r{rank}.gateup 576 1536 {rank} no\n");
        }
        return text.ToString();
    }
}
