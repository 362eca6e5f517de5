using LoRDBA.Runtime.Kernels.Signs;

namespace LoRDBA.Runtime.Adapters.Lordba;

/// <summary>
/// The double-binary branch of one linear in managed memory, before it is written: s_out ⊙ S_B (m ⊙ S_A (s_in ⊙ x)).
/// </summary>
internal sealed class LordbaFactors
{
    /// <summary>The weight that it adapts, for example blk.0.attn_q.weight.</summary>
    public required string Name { get; init; }

    /// <summary>1 to <see cref="AdapterBlobLayout.MaxRank"/>.</summary>
    public int Rank => M.Length;

    /// <summary>Inputs of the linear layer.</summary>
    public required int NIn { get; init; }

    /// <summary>Outputs of the linear layer.</summary>
    public int NOut => ScaleOut.Length;

    /// <summary>S_A, packed as in <see cref="SignMatrix"/>: [rank][n_in].</summary>
    public required byte[] SignsA { get; init; }

    /// <summary>S_B transposed, packed likewise: [rank][n_out].</summary>
    public required byte[] SignsB { get; init; }

    /// <summary>m, [rank], at least 0.</summary>
    public required float[] M { get; init; }

    /// <summary>s_out, [n_out], at least 0.</summary>
    public required float[] ScaleOut { get; init; }

    /// <summary>How s_out is written.</summary>
    public required ScaleCode CodeOut { get; init; }

    /// <summary>s_in, [n_in], at least 0; empty for none.</summary>
    public float[] ScaleIn { get; init; } = [];

    /// <summary>How s_in is written.</summary>
    public ScaleCode CodeIn { get; init; }
}
