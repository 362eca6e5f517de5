namespace LoRDBA.Runtime.Adapters.Dbf;

/// <summary>An adapted module: y += scaling · s_out ⊙ (S_B (m ⊙ (S_A (s_in ⊙ x)))).</summary>
public sealed class DbfModule
{
    internal DbfModule(string name, int nIn, int nOut, int rank, float scaling, DbfTensors tensors) =>
        (Name, NIn, NOut, Rank, Scaling, Tensors) = (name, nIn, nOut, rank, scaling, tensors);

    /// <summary>Its name in the base model, for example model.layers.0.self_attn.q_proj.</summary>
    public string Name { get; }

    /// <summary>Inputs of the linear layer.</summary>
    public int NIn { get; }

    /// <summary>Outputs of the linear layer.</summary>
    public int NOut { get; }

    /// <summary>Width of the bottleneck.</summary>
    public int Rank { get; }

    /// <summary>alpha / r of the LoRA whose place it takes.</summary>
    public float Scaling { get; }

    /// <summary>Stored bytes of signs and scales.</summary>
    public long ByteLength => 2 * ((long)NIn + Rank + NOut) + Tensors.SignsA.Length + Tensors.SignsB.Length;

    internal DbfTensors Tensors { get; }
}

/// <summary>The tensors of a module.</summary>
/// <remarks>
/// Scales are F16 and have signs. Signs are one stream of bits, row after row, the highest bit of a byte first, 1 for +1; a row need not
/// begin with a byte. What the last byte has left is 1 as written here, and has no meaning.
/// </remarks>
/// <param name="ScaleIn">s_in, [n_in].</param>
/// <param name="SignsA">S_A, [rank][n_in] bits.</param>
/// <param name="M">m, [rank].</param>
/// <param name="SignsB">S_B, [n_out][rank] bits, rows in the order of Hugging Face.</param>
/// <param name="ScaleOut">s_out, [n_out], likewise.</param>
internal sealed record DbfTensors(TorchTensor ScaleIn, TorchTensor SignsA, TorchTensor M, TorchTensor SignsB, TorchTensor ScaleOut);
