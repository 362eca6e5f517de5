using LoRDBA.Runtime.Kernels;

namespace LoRDBA.Runtime.Models;

/// <summary>
/// What sets a family of models apart from the others: data that the one forward pass reads. A new family is a row here.
/// </summary>
/// <param name="Name">general.architecture, and the prefix of the family's metadata keys.</param>
/// <param name="RopePairs">Which elements of a head turn together.</param>
/// <param name="HasQkvBias">Whether q, k and v have biases: attn_q.bias [n_head · head_dim] and so on.</param>
/// <param name="HasQkNorm">Whether each query and key head is normed before it is rotated: attn_q_norm, attn_k_norm [head_dim].</param>
internal sealed record ModelFamily(string Name, RopePairs RopePairs, bool HasQkvBias, bool HasQkNorm)
{
    private static readonly ModelFamily[] Table =
    [
        new("llama", RopePairs.Neighbours, HasQkvBias: false, HasQkNorm: false),
        new("qwen2", RopePairs.Halves, HasQkvBias: true, HasQkNorm: false),
        new("qwen3", RopePairs.Halves, HasQkvBias: false, HasQkNorm: true),
    ];

    /// <summary>The row of a name.</summary>
    /// <exception cref="ModelException">There is none; the message lists those that there are.</exception>
    public static ModelFamily Of(string name, string file) =>
        Array.Find(Table, row => row.Name == name)
        ?? throw new ModelException(ModelError.UnsupportedArchitecture, file, "general.architecture", $"the architecture is '{name}'; supported are: {string.Join(", ", Table.Select(row => row.Name))}.");
}
